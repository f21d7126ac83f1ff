import type { CodegenConfig } from '@graphql-codegen/cli';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode, print, visit } from 'graphql';

/**
 * `npm run codegen`: schema.graphql and the operations of the client, of the page and of the command line become generated/operations.ts
 * beside them, the types of the operations and their texts. The texts are plain strings: neither needs `graphql`.
 */

/** The operation with the fragments it uses, in one line. */
function operationText(operation: OperationDefinitionNode, fragments: Map<string, FragmentDefinitionNode>): string {
  const used = new Map<string, FragmentDefinitionNode>();
  const collect = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(name.value)) return;
        used.set(name.value, fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  return [operation, ...used.values()].map((node) => print(node).replace(/\s+/g, ' ')).join(' ');
}

function printDocuments(documents: DocumentNode[]): string {
  const definitions = documents.flatMap((document) => document.definitions);
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [])),
  );
  const constants = definitions.flatMap((node) => {
    if (node.kind !== 'OperationDefinition' || !node.name) return [];
    const name = node.name.value;
    const kind = node.operation[0]?.toUpperCase() + node.operation.slice(1);
    return `export const ${name} = ${JSON.stringify(operationText(node, fragments))} as Operation<${name}${kind}, ${name}${kind}Variables>;`;
  });
  return [
    '/** The text of an operation, which also knows the types of its answer and of its variables. */',
    'export type Operation<Answer, Variables> = string & { readonly __types?: (variables: Variables) => Answer };',
    ...constants,
    '',
  ].join('\n');
}

const scalars = {
  DateTime: 'string',
  JSON: 'unknown',
  JSONObject: 'unknown',
  UUID: 'string',
  ID: 'string',
  Long: 'number | bigint',
};

/** One file of operations, and what is written from it. */
function operationsOf(documents: string): CodegenConfig['generates'][string] {
  return {
    documents,
    preset: {
      buildGeneratesSection: (options) => [
        {
          filename: options.baseOutputDir,
          schema: options.schema,
          documents: options.documents,
          config: options.config,
          plugins: ['types', 'texts'].map((name) => ({ [name]: {} })),
          pluginMap: {
            types: operationTypes,
            texts: {
              plugin: (_schema, documents) => printDocuments(documents.flatMap(({ document }) => document ?? [])),
            },
          },
        },
      ],
    },
    config: {
      enumType: 'string-literal',
      useTypeImports: true,
      immutableTypes: true,
      skipTypename: true,
      defaultScalarType: 'unknown',
      avoidOptionals: false,
      strictScalars: true,
      scalars,
    },
  };
}

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'src/client/generated/operations.ts': operationsOf('src/client/operations.graphql'),
    'src/dashboard/generated/operations.ts': operationsOf('src/dashboard/operations.graphql'),
    'src/cli/generated/operations.ts': operationsOf('src/cli/operations.graphql'),
  },
};

export default config;
