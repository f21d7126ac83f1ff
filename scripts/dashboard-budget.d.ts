/** Weighs a built page, and says what is too heavy: nothing, where all is well. */
export function weigh(folder: string): string[];
