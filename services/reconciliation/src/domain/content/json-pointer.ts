/** Places in a document, as a tree of names; a place with nothing below it is meant itself. */
export interface Places {
  readonly below: Map<string, Places>;
  isMeant: boolean;
}

const NOTHING = (): Places => ({ below: new Map(), isMeant: false });

const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/u;

/** Whether a text is a JSON pointer (RFC 6901) to something inside a document; the pointer to all of it is none of these. */
export const isInnerPointer = (text: string): boolean => POINTER.test(text);

const unescape = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** The places that pointers mean, all in the document as it is given: taking one away does not move another. */
export const placesOf = (pointers: readonly string[]): Places => {
  const root = NOTHING();
  for (const pointer of pointers) {
    let place = root;
    for (const token of pointer.split('/').slice(1).map(unescape)) {
      const next = place.below.get(token) ?? NOTHING();
      place.below.set(token, next);
      place = next;
    }
    place.isMeant = true;
  }
  return root;
};
