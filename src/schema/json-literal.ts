import { readFloat, readInteger, setMember } from '@runledger/client/json';
import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { maxValueDepth } from '../domain/value/value-text.ts';

// A value may be 64 lists and objects deep, and stands in the object of keys to values.
const maxLiteralDepth = maxValueDepth + 1;

/**
 * The JSON value that a literal in the query text stands for, the same as if it had come as a variable: an integer that
 * a double cannot hold is a bigint, `1.0` stays a number with a fraction, a number that overflows is ±Infinity (and
 * refused with the value).
 * `variables` are absent while the query is validated: a variable inside the literal is null then.
 * @throws GraphQLError BAD_USER_INPUT for an enum value, a variable that was not given, or more than 65 levels.
 */
export function literalToJson(
  ast: ValueNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
  depth = 0,
): unknown {
  switch (ast.kind) {
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.BOOLEAN:
      return ast.value;
    case Kind.INT:
      return readInteger(ast.value);
    case Kind.FLOAT:
      return readFloat(ast.value, true);
    case Kind.LIST:
      mustBeShallow(ast, depth);
      return ast.values.map((value) => literalToJson(value, variables, depth + 1));
    case Kind.OBJECT: {
      mustBeShallow(ast, depth);
      const object = {};
      for (const { name, value } of ast.fields)
        setMember(object, name.value, literalToJson(value, variables, depth + 1));
      return object;
    }
    case Kind.VARIABLE:
      if (variables === null || variables === undefined) return null;
      if (variables[ast.name.value] !== undefined) return variables[ast.name.value];
      throw refused(
        ast,
        `The variable $${ast.name.value} stands in a JSON value, but was not given: give it, null if need be.`,
      );
    case Kind.ENUM:
      throw refused(ast, `JSON has no enum values: write "${ast.value.slice(0, 60)}" in double quotes.`);
  }
}

function mustBeShallow(ast: ValueNode, depth: number) {
  if (depth < maxLiteralDepth) return;
  throw refused(ast, `A JSON value is more than ${maxValueDepth} lists or objects deep: flatten it.`);
}

function refused(node: ValueNode, message: string) {
  return new GraphQLError(message, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } });
}
