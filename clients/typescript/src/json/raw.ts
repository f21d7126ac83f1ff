/** JSON text that is already serialised: `stringifyJson` writes it as it is. Made by {@link rawJson} only. */
export type RawJson = { readonly text: string; readonly toJSON: () => unknown };

// An object that came out of a JSON parser cannot have this prototype, so data cannot pass for raw text.
const prototype = {
  /** For an ordinary `JSON.stringify`: right in shape, but rounds what a double cannot hold. */
  toJSON(this: { text: string }): unknown {
    return JSON.parse(this.text);
  },
};

/** Holds `text`, which must be one valid JSON value: nothing checks it. */
export function rawJson(text: string): RawJson {
  return { __proto__: prototype, text } as unknown as RawJson;
}

/** Whether `value` was made by {@link rawJson}. */
export function isRawJson(value: unknown): value is RawJson {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === prototype;
}
