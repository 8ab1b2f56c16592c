import type { Bought, Cargo, LotPart, LotTerms, MovedMember } from '../../domain/index.js';
import { amounts, bigInteger, perDimension } from './amounts.js';
import { integer, optional, text } from './codec.js';
import { list } from './collections.js';
import { record, type Fields } from './record.js';
import { member } from './states/member.js';

const bought = record<Bought>({ asset: text, amount: bigInteger, prices: perDimension(bigInteger) });

/** What a lot is, wherever it lies. */
export const lotTerms: Fields<LotTerms> = {
  reservationId: optional(integer),
  bought: optional(bought),
  expiresAt: optional(integer),
};

const lotPart = record<LotPart>({ lot: integer, amounts, ...lotTerms });

const movedMember = record<MovedMember>({ workloadId: integer, member });

/** What a transfer carries. */
export const cargo: Fields<Cargo> = { amounts, parts: list(lotPart), members: list(movedMember) };
