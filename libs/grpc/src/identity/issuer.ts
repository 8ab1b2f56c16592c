import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** What a token says; see `Identity` for what is demanded of it. */
export interface TokenClaims {
  readonly namespace: string;
  readonly roles?: readonly string[];
  readonly subject?: string;
  readonly audience?: string;
  /** Seconds from now; negative for one that has expired. */
  readonly lifetimeSeconds: number;
}

export interface Issuer {
  /** The public half: what goes into the key set that the services read. */
  readonly keySet: { readonly keys: readonly JWK[] };
  issue(claims: TokenClaims): Promise<string>;
  /** Signs exactly these claims under this header: for tests of what must be refused. */
  sign(payload: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Makes a fresh key pair, and tokens with it. For development and tests; production has an identity provider. */
export const createIssuer = async (kid: string, algorithm: 'EdDSA' | 'ES256' = 'EdDSA'): Promise<Issuer> => {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  const sign: Issuer['sign'] = (payload, header = { kid }) =>
    new SignJWT(payload).setProtectedHeader({ ...header, alg: algorithm }).sign(privateKey);
  return {
    keySet: { keys: [publicJwk] },
    sign,
    issue: ({ namespace, roles = [], subject = 'developer', audience = 'drawdown', lifetimeSeconds }) => {
      const issuedAt = Math.floor(Date.now() / 1_000);
      return sign({ sub: subject, aud: audience, namespace, roles: [...roles], iat: issuedAt, exp: issuedAt + lifetimeSeconds });
    },
  };
};
