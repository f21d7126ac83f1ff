import { locatedError } from 'graphql';
import { addError } from './collected-errors.ts';
import { createInfo } from './info.ts';
import { addPath, type Path, pathAsArray } from './path.ts';
import type { Completed, Execution, FieldPlan, ObjectPlan } from './plan.ts';

/** The text of an object, whose fields are resolved at the same time. `path` is where the object stands. */
export function runFields(
  execution: Execution,
  { fields }: ObjectPlan,
  source: unknown,
  path: Path | undefined,
): string | Promise<string> {
  let text = '{';
  // What was written up to each promise, and the promises.
  let texts: string[] | null = null;
  let waiting: Promise<string | null>[] | null = null;
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index]!;
    let completed: Completed;
    try {
      completed = runField(execution, field, source, path);
    } catch (error) {
      if (waiting === null) throw error;
      // What is under way may still tell of errors of its own before all of it is null.
      return Promise.all(waiting).finally(() => {
        throw error;
      }) as Promise<never>;
    }
    if (completed === null) text += `${field.head}null`;
    else if (typeof completed === 'string') text += field.head + completed;
    else {
      texts ??= [];
      waiting ??= [];
      texts.push(text + field.head);
      waiting.push(completed);
      text = '';
    }
  }
  text += '}';
  return texts === null ? text : joinTexts(texts, waiting!, text);
}

/** Each text with what was waited for behind it, then the last. */
export function joinTexts(texts: string[], waiting: Promise<string | null>[], last: string): Promise<string> {
  if (waiting.length === 1) return waiting[0]!.then((only) => texts[0] + (only ?? 'null') + last);
  return Promise.all(waiting).then((values) => {
    let text = '';
    for (let index = 0; index < values.length; index += 1) text += texts[index]! + (values[index] ?? 'null');
    return text + last;
  });
}

/** The text of one field. @throws what makes the object null that it is a field of; a promise rejects with it. */
export function runField(
  execution: Execution,
  field: FieldPlan,
  source: unknown,
  parentPath: Path | undefined,
): Completed {
  const path = field.isComposite ? pathOf(field, parentPath) : undefined;
  let resolved: unknown;
  try {
    resolved = resolve(execution, field, source, path, parentPath);
    if (isPromise(resolved)) {
      return resolved.then(
        (value) => completeField(execution, field, value, path, parentPath),
        (error) => fail(execution, field, error, path ?? pathOf(field, parentPath)),
      );
    }
  } catch (error) {
    return fail(execution, field, error, path ?? pathOf(field, parentPath));
  }
  return completeField(execution, field, resolved, path, parentPath);
}

/** The text of what a field was resolved to. */
function completeField(
  execution: Execution,
  field: FieldPlan,
  value: unknown,
  path: Path | undefined,
  parentPath: Path | undefined,
): Completed {
  try {
    const completed = field.complete(execution, field, path, value);
    return typeof completed === 'object' && completed !== null
      ? completed.then(undefined, (error) => fail(execution, field, error, path ?? pathOf(field, parentPath)))
      : completed;
  } catch (error) {
    return fail(execution, field, error, path ?? pathOf(field, parentPath));
  }
}

function resolve(
  execution: Execution,
  field: FieldPlan,
  source: unknown,
  path: Path | undefined,
  parentPath: Path | undefined,
): unknown {
  let args = execution.args[field.index];
  if (args === undefined) {
    args = field.argumentsOf(execution.variables);
    execution.args[field.index] = args;
  }
  const { resolve } = field;
  const info = field.takesInfo ? createInfo(execution, field, path ?? pathOf(field, parentPath)) : undefined;
  if (resolve) return resolve(source, args, execution.context, info as never);
  if (typeof source !== 'object' && typeof source !== 'function') return undefined;
  const property = (source as Record<string, unknown> | null)?.[field.definition.name];
  return typeof property === 'function'
    ? property.call(source, args, execution.context, createInfo(execution, field, path ?? pathOf(field, parentPath)))
    : property;
}

function pathOf(field: FieldPlan, parentPath: Path | undefined): Path {
  return addPath(parentPath, field.name, field.parent.name);
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Tells of an error where null may stand. @throws it, located, where null may not. */
function fail(execution: Execution, field: FieldPlan, error: unknown, path: Path): null {
  return failAt(execution, field, field.isRequired, error, path);
}

/** The same of an item of a list. */
export function failAt({ errors }: Execution, field: FieldPlan, isRequired: boolean, raw: unknown, path: Path): null {
  const error = locatedError(raw, field.nodes, pathAsArray(path));
  if (isRequired) throw error;
  addError(errors, error, path);
  return null;
}
