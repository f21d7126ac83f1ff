import { unauthenticated } from '../../errors.ts';

const howTo = 'Send the header "Authorization: Bearer …" with a key; the clients take it from RUNLEDGER_API_KEY.';

/**
 * Why nobody is let in. Each error is made once, and thrown as often as it takes: to make one, and to write it down, takes longer
 * than all else that is done for a bad key, and who shows one may show thousands.
 */
export const refusals = {
  none: unauthenticated(`This service asks for a key. ${howTo}`),
  scheme: unauthenticated(`The header Authorization must be "Bearer" and a key. ${howTo}`),
  malformed: unauthenticated(
    'What the header Authorization has is no key: a character is missing or wrong. Copy it anew into RUNLEDGER_API_KEY.',
  ),
  key: unauthenticated(
    'This key is unknown, revoked or expired. Ask an administrator for another, and put it into RUNLEDGER_API_KEY.',
  ),
  token: unauthenticated(
    'This run token is not one of this service, has expired, or its run has ended. Make another with createRunToken.',
  ),
  jwt: unauthenticated(
    'This JWT is not a good one: its issuer, audience, signature or time does not fit. Sign in again.',
  ),
} as const;
