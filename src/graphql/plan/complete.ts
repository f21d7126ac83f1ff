import { GraphQLError } from 'graphql';
import type { WriteLeaf } from './leaves.ts';
import { addPath } from './path.ts';
import type { Complete, Completed, ObjectPlan } from './plan.ts';
import { failAt, isPromise, joinTexts, runFields } from './run-fields.ts';

/** What may not be null. */
export function completeRequired(inner: Complete): Complete {
  return (execution, field, path, value) => {
    const completed = inner(execution, field, path, value);
    if (completed !== null) return completed;
    throw new Error(`Cannot return null for non-nullable field ${field.parent.name}.${field.definition.name}.`);
  };
}

export function completeLeaf(write: WriteLeaf): Complete {
  return (_execution, _field, _path, value) => {
    if (value == null) return null;
    if (value instanceof Error) throw value;
    return write(value);
  };
}

/** An object, whose plan is made when the first comes. */
export function completeObject(compile: () => ObjectPlan): Complete {
  let plan: ObjectPlan | null = null;
  return (execution, _field, path, value) => {
    if (value == null) return null;
    if (value instanceof Error) throw value;
    plan ??= compile();
    return runFields(execution, plan, value, path);
  };
}

/** A list; `isRequired` says that an item that fails makes all of it fail. */
export function completeList(complete: Complete, isRequired: boolean): Complete {
  return (execution, field, path, value) => {
    if (value == null) return null;
    if (value instanceof Error) throw value;
    if (typeof value !== 'object' || typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function')
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${field.parent.name}.${field.definition.name}".`,
      );
    const items: readonly unknown[] = Array.isArray(value) ? value : [...(value as Iterable<unknown>)];
    let text = '[';
    let texts: string[] | null = null;
    let waiting: Promise<string | null>[] | null = null;
    for (let index = 0; index < items.length; index += 1) {
      const itemPath = addPath(path, index, undefined);
      let completed: Completed;
      try {
        const item = items[index];
        completed = isPromise(item)
          ? item.then((resolved) => complete(execution, field, itemPath, resolved))
          : complete(execution, field, itemPath, item);
        if (typeof completed === 'object' && completed !== null)
          completed = completed.then(undefined, (error) => failAt(execution, field, isRequired, error, itemPath));
      } catch (error) {
        // Nobody waits for the others any more.
        for (const promise of waiting ?? []) promise.catch(() => {});
        completed = failAt(execution, field, isRequired, error, itemPath);
      }
      if (index > 0) text += ',';
      if (completed === null) text += 'null';
      else if (typeof completed === 'string') text += completed;
      else {
        texts ??= [];
        waiting ??= [];
        texts.push(text);
        waiting.push(completed);
        text = '';
      }
    }
    text += ']';
    return texts === null ? text : joinTexts(texts, waiting!, text);
  };
}
