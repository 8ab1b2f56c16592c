import { Fault, Refusal } from '@drawdown/errors';
import { ExpirationUnit, Grant } from '@drawdown/proto';
import { InvalidArgumentError } from 'commander';
import { CallFailed } from '../src/client/call-failed.js';
import { fromTimestamp, timestampText, toTimestamp } from '../src/client/instants.js';
import { newRequestIdentity } from '../src/client/request-identity.js';
import { readExpiration, readInstant, readInteger, readMany, readPair, readSeconds } from '../src/commands/arguments.js';
import { grantView } from '../src/commands/views.js';
import { failureJson, failureOf, failureText } from '../src/output/failure.js';
import { fieldsText, printList, tableText, type Column, type Output } from '../src/output/output.js';
import { plain } from '../src/output/plain.js';

describe('words of the command line', () => {
  it('reads instants, also in another zone, and now', () => {
    expect(timestampText(readInstant('2026-01-31T13:00:00.5+01:00'))).toBe('2026-01-31T12:00:00.500Z');
    expect(Math.abs(fromTimestamp(readInstant('now')) - Date.now())).toBeLessThan(60_000);
  });

  it('reads expirations', () => {
    expect(readExpiration('12h')).toEqual({ count: 12, unit: ExpirationUnit.HOUR });
    expect(readExpiration('1mo')).toEqual({ count: 1, unit: ExpirationUnit.MONTH });
  });

  it('gathers what is given again', () => {
    expect([...readPair('model=a', readPair('model=b', readPair('zone=x=y')))]).toEqual([
      ['zone', ['x=y']],
      ['model', ['b', 'a']],
    ]);
    expect(readMany('b', readMany('a'))).toEqual(['a', 'b']);
  });

  it.each([
    () => readInstant('yesterday'),
    () => readExpiration('12'),
    () => readExpiration('1 day'),
    () => readPair('=x'),
    () => readInteger(0, 63)('64'),
    () => readInteger(0, 63)('1.5'),
    () => readInteger(0, 63)(''),
    () => readSeconds('0'),
    () => readSeconds('soon'),
  ])('does not understand nonsense %#', read => {
    expect(read).toThrow(InvalidArgumentError);
  });
});

describe('instants on the wire', () => {
  it.each([0, 1, 1_767_225_600_123, -1])('%d ms come back', instant => {
    const timestamp = toTimestamp(instant);
    expect(timestamp.nanos).toBeGreaterThanOrEqual(0);
    expect(fromTimestamp(timestamp)).toBe(instant);
  });

  it('are empty where there is none', () => {
    expect(timestampText(undefined)).toBe('');
  });
});

describe('the identity of a command', () => {
  it('is another one each time', () => {
    expect(newRequestIdentity().requestId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(newRequestIdentity().requestId).not.toBe(newRequestIdentity().requestId);
  });
});

describe('JSON for programs', () => {
  it('names enums, writes instants as RFC 3339, keeps quantities as text and leaves out what is not set', () => {
    const grant = Grant.create({
      id: 'g',
      amount: '0.100000000001',
      effectiveAt: toTimestamp(Date.UTC(2026, 0, 1)),
      expiration: { count: 1, unit: ExpirationUnit.WEEK },
    });
    const view = grantView(grant);
    expect(view).toMatchObject({
      amount: '0.100000000001',
      effectiveAt: '2026-01-01T00:00:00Z',
      expiration: { count: 1, unit: 'WEEK' },
    });
    expect(view).not.toHaveProperty('expiresAt');
  });

  it('writes bytes as base64', () => {
    expect(plain({ data: Buffer.from('abc') })).toEqual({ data: 'YWJj' });
  });
});

describe('tables for people', () => {
  const columns: readonly Column<{ readonly name: string; readonly amount: string }>[] = [
    { title: 'name', text: ({ name }) => name },
    { title: 'amount', text: ({ amount }) => amount, right: true },
  ];
  const recording = (json: boolean): Output & { readonly out: string[]; readonly notes: string[] } => {
    const [out, notes]: [string[], string[]] = [[], []];
    return { json, out, notes, write: text => void out.push(text), note: text => void notes.push(text) };
  };

  it('stand under their titles, numbers on the right, without colours', () => {
    const text = tableText([{ name: 'a', amount: '5' }], columns);
    expect(text).toContain('│ name │ amount │');
    expect(text).toContain('│ a    │      5 │');
    expect(text).not.toContain('\u001b');
    expect(fieldsText({ name: 'a' })).toContain('│ name │ a │');
  });

  it('become a document a line with --json, and a remark where nothing was found', () => {
    const json = recording(true);
    printList(
      json,
      [
        { name: 'a', amount: '5' },
        { name: 'b', amount: '6' },
      ],
      columns,
      row => row.name,
    );
    expect(json.out).toEqual(['"a"', '"b"']);
    const people = recording(false);
    printList(people, [], columns, row => row.name);
    expect([people.out, people.notes]).toEqual([[], ['Nothing found.']]);
  });
});

describe('what went wrong', () => {
  it('is told in a few lines: reason, fields, values', () => {
    const error = new CallFailed('NOT_FOUND', 'NOT_FOUND', 'there is no grant g', { kind: 'grant' }, [
      { field: 'grant_id', description: 'unknown' },
    ]);
    expect(failureText(failureOf(error))).toBe('NOT_FOUND: there is no grant g\n  grant_id: unknown\n  kind = grant');
  });

  it('has the code of the call where the server named no reason', () => {
    expect(failureOf(new CallFailed('UNAVAILABLE', '', 'no connection', {}, [])).reason).toBe('UNAVAILABLE');
  });

  it.each([
    [new Refusal('NO_TOKEN', 'no token'), 'NO_TOKEN'],
    [new Fault('NATS_UNAVAILABLE', 'no server'), 'NATS_UNAVAILABLE'],
    [new Error('a bug'), 'FAILED'],
    ['text', 'FAILED'],
  ])('has a reason for programs: %s', (error, reason) => {
    expect(JSON.parse(failureJson(failureOf(error)))).toMatchObject({ error: { reason } });
  });
});
