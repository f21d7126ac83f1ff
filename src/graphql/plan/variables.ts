import {
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import type { Variables } from './arguments.ts';
import { type Coerce, coerceTo, unfit } from './input.ts';

type Coerced = { coerced: Variables; errors?: never } | { errors: readonly GraphQLError[]; coerced?: never };

/** As many as graphql-js tells where nothing else is said. */
const maxErrors = 50;

type Step = {
  name: string;
  coerce: Coerce;
  isRequired: boolean;
  /** What it is where it is left out; undefined where it then is not there. */
  defaultValue: unknown;
};

/**
 * What the variables of a request are. Their types are looked up once for all requests; where one does not fit, all of them
 * go to graphql-js (`getVariableValues`), which has the words for it.
 */
export function compileVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): (inputs: Variables) => Coerced {
  const atLength = (inputs: Variables) => getVariableValues(schema, definitions, inputs, { maxErrors }) as Coerced;
  const steps = definitions.map((definition) => compileOne(schema, definition));
  if (!steps.every((step) => step !== null)) return atLength;
  return (inputs) => {
    const coerced: { [name: string]: unknown } = {};
    for (const step of steps) {
      const { name } = step;
      if (!Object.hasOwn(inputs, name)) {
        if (step.defaultValue !== undefined) coerced[name] = step.defaultValue;
        else if (step.isRequired) return atLength(inputs);
        continue;
      }
      const fitting = step.coerce(inputs[name]);
      if (fitting === unfit) return atLength(inputs);
      coerced[name] = fitting;
    }
    return { coerced };
  };
}

function compileOne(schema: GraphQLSchema, definition: VariableDefinitionNode): Step | null {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
  // A plain object cannot have the one as a property of its own.
  if (!isInputType(type) || name === '__proto__') return null;
  const defaultValue = definition.defaultValue && valueFromAST(definition.defaultValue, type);
  // What is an object is made anew for each request: a resolver may do with it what it likes.
  const isLasting = defaultValue === null || typeof defaultValue !== 'object';
  if (!isLasting || (definition.defaultValue && defaultValue === undefined)) return null;
  return { name, coerce: coerceTo(type), isRequired: isNonNullType(type), defaultValue };
}
