const ENCODED = /(?:%[0-9a-fA-F]{2})+/g;
const QUOTED = /^"(.*)"$/s;
const ESCAPED = /\\(.)/gs;
/** Everything a header value may not hold as it is: outside of printable ASCII, and space, quote and percent. */
const TO_ENCODE = /[^\x21-\x7e]|["%]/gu;

/**
 * An attribute value from a header: quotes taken off, percent-encoding undone once. A percent sign without two hexadecimal digits
 * stands for itself. `undefined` when the encoded bytes are not UTF-8.
 */
export const decodePercent = (value: string): string | undefined => {
  const quoted = QUOTED.exec(value)?.[1];
  const bare = quoted === undefined ? value : quoted.replace(ESCAPED, '$1');
  if (!bare.includes('%')) return bare;
  try {
    return bare.replace(ENCODED, run => decodeURIComponent(run));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
};

/** The reverse of {@link decodePercent}, for any well-formed text. */
export const encodePercent = (value: string): string =>
  value.replace(TO_ENCODE, character =>
    character.length === 1 && character.charCodeAt(0) < 0x80
      ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
      : encodeURIComponent(character),
  );
