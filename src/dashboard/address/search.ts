/** The search of an address as names and texts. */
export type Params = Readonly<Record<string, string>>;

/** Reads `?a=b&c=d`; what is no valid encoding is taken as it stands. */
export function readSearch(search: string): Params {
  const params: Record<string, string> = Object.create(null);
  for (const part of search.replace(/^\?/, '').split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = decode(at < 0 ? part : part.slice(0, at));
    params[name] = at < 0 ? '' : decode(part.slice(at + 1));
  }
  return params;
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/**
 * Writes names and texts so that people can read them in the address bar: a space as `+`, and encoded only what would
 * mean something else. Empty texts are left out.
 */
export function writeSearch(params: Params): string {
  const parts = Object.entries(params).filter(([, text]) => text !== '');
  const search = parts.map(([name, text]) => `${encode(name).replaceAll('=', '%3D')}=${encode(text)}`).join('&');
  return search === '' ? '' : `?${search}`;
}

function encode(text: string): string {
  // A text cut in the middle of a character cannot stand in an address.
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[%&#+"<>\\^`{|}\p{Cc}\p{Zl}\p{Zp}\u00a0]/gu, encodeURIComponent)
    .replaceAll(' ', '+');
}
