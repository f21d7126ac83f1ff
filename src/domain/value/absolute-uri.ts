/**
 * Why `text` is not an absolute URI, or null when it is one: a scheme (RFC 3986), a colon and something behind it.
 * A scheme of one letter is refused: there is none in use, and `C:/models` is a path. Characters beyond ASCII are
 * taken, as in an IRI; white space, control characters and those that RFC 3986 leaves out must be percent-encoded.
 */
export function uriProblem(text: string): string | null {
  const scheme = /^([a-z][a-z0-9+.-]*):./is.exec(text)?.[1];
  if (scheme === undefined) return 'it needs a scheme, such as "s3:" or "file:", and something behind it';
  if (scheme.length === 1) return 'it looks like a path of Windows: use type PATH, or write "file:///C:/…"';
  if (/[\s\p{Cc}<>"{}|\\^`]/u.test(text)) {
    return 'spaces, control characters and <>"{}|\\^` must be percent-encoded in a URI';
  }
  if (/%(?![0-9a-f]{2})/i.test(text))
    return 'a percent sign must be followed by two hex digits: write "%25" for the sign itself';
  return null;
}
