import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  getArgumentValues,
  isNonNullType,
  Kind,
  type ValueNode,
  valueFromAST,
} from 'graphql';
import { hasVariable } from './has-variable.ts';

export type Variables = { readonly [name: string]: unknown };
export type Arguments = { [name: string]: unknown };

/** Works out one argument; undefined where only graphql-js can say what is wrong with it. */
type Step = (args: Arguments, variables: Variables) => boolean;

const none: Arguments = Object.freeze({});

/**
 * What the arguments of a field are, for the variables of a request. The specification's own way (`getArgumentValues`) goes
 * through names and types at each call; here that is done once, and is left to it wherever something is wrong, for its words.
 */
export function compileArguments(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: Variables) => Arguments {
  if (field.args.length === 0) return () => none;
  const given = new Map(node.arguments?.map((argument) => [argument.name.value, argument.value]));
  const steps = field.args.flatMap((argument) => compileOne(argument, given.get(argument.name)) ?? []);
  return (variables) => {
    const args: Arguments = {};
    for (const step of steps) if (!step(args, variables)) return getArgumentValues(field, node, variables);
    return args;
  };
}

function compileOne(argument: GraphQLArgument, value: ValueNode | undefined): Step | null {
  const { name, type, defaultValue } = argument;
  const isRequired = isNonNullType(type);
  const byDefault: Step | null =
    defaultValue !== undefined
      ? (args) => {
          args[name] = defaultValue;
          return true;
        }
      : isRequired
        ? () => false
        : null;
  if (!value) return byDefault;
  if (value.kind === Kind.VARIABLE) {
    const variable = value.name.value;
    return (args, variables) => {
      if (!Object.hasOwn(variables, variable)) return byDefault ? byDefault(args, variables) : true;
      const sent = variables[variable];
      if (sent === undefined || (sent === null && isRequired)) return false;
      args[name] = sent;
      return true;
    };
  }
  const constant = hasVariable(value) ? undefined : valueFromAST(value, type);
  // What is an object is made anew each time: a resolver may do with it what it likes.
  if (constant !== undefined && typeof constant !== 'object' && typeof constant !== 'function') {
    return (args) => {
      args[name] = constant;
      return true;
    };
  }
  return (args, variables) => {
    const worked = valueFromAST(value, type, variables);
    if (worked === undefined || (worked === null && isRequired)) return false;
    args[name] = worked;
    return true;
  };
}
