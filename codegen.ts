import type { CodegenConfig } from '@graphql-codegen/cli';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';

/**
 * `npm run codegen`: schema.graphql and the operations of the client, of the page and of the command line become generated/operations.ts
 * beside them, the types of the operations and their texts. The texts are plain strings: neither needs `graphql`.
 */

type Kind = `${OperationDefinitionNode['operation']}`;
type Print = (node: OperationDefinitionNode | FragmentDefinitionNode) => string;

const inOneLine: Print = (node) => print(node).replace(/\s+/g, ' ');
/** The client is weighed by the byte. */
const withoutSpaces: Print = (node) => stripIgnoredCharacters(print(node));

/** The operation with the fragments it uses. */
function operationText(
  operation: OperationDefinitionNode,
  fragments: Map<string, FragmentDefinitionNode>,
  printed: Print,
): string {
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
  return [operation, ...used.values()].map(printed).join(' ');
}

/** The constants of a file: the texts of the operations of these kinds. `types` is where their types are: here if empty. */
function printTexts(documents: DocumentNode[], kinds: readonly Kind[], printed: Print, types = ''): string {
  const definitions = documents.flatMap((document) => document.definitions);
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [])),
  );
  const constants = definitions.flatMap((node) => {
    if (node.kind !== 'OperationDefinition' || !node.name || !kinds.includes(node.operation)) return [];
    const name = node.name.value;
    const type = `${types}${name}${node.operation[0]?.toUpperCase()}${node.operation.slice(1)}`;
    const text = JSON.stringify(operationText(node, fragments, printed));
    return `export const ${name} = ${text} as ${types}Operation<${type}, ${type}Variables>;`;
  });
  return [...constants, ''].join('\n');
}

const typeOfText = [
  '/** The text of an operation, which also knows the types of its answer and of its variables. */',
  'export type Operation<Answer, Variables> = string & { readonly __types?: (variables: Variables) => Answer };',
  '',
].join('\n');

const scalars = {
  DateTime: { input: 'Date | string', output: 'string' },
  Float: { input: 'number | bigint', output: 'number' },
  JSON: 'unknown',
  JSONObject: 'unknown',
  UUID: 'string',
  ID: 'string',
  Long: 'number | bigint',
};

interface Options {
  readonly printed: Print;
  /** Where the subscriptions stand, if not with the others: bundlers cannot load a part of a file later. */
  readonly subscriptions?: string;
}

/** One file of operations, and what is written from it. */
function operationsOf(documents: string, { printed, subscriptions }: Options): CodegenConfig['generates'][string] {
  const texts = (kinds: Kind[], types?: string) => ({
    plugin: (_schema: unknown, files: { document?: DocumentNode }[]) => {
      const parsed = files.flatMap(({ document }) => document ?? []);
      return printTexts(parsed, kinds, printed, types);
    },
  });
  const imports = { plugin: () => "import type * as types from './operations.ts';\n" };
  return {
    documents,
    preset: {
      buildGeneratesSection: ({ baseOutputDir, schema, documents, config }) => {
        const kinds: Kind[] = subscriptions ? ['query', 'mutation'] : ['query', 'mutation', 'subscription'];
        const operations = {
          ...{ schema, documents, config, filename: baseOutputDir },
          plugins: [{ types: {} }, { type: {} }, { texts: {} }],
          pluginMap: { types: operationTypes, type: { plugin: () => typeOfText }, texts: texts(kinds) },
        };
        if (!subscriptions) return [operations];
        const apart = {
          ...{ schema, documents, config, filename: subscriptions },
          plugins: [{ imports: {} }, { texts: {} }],
          pluginMap: { imports, texts: texts(['subscription'], 'types.') },
        };
        return [operations, apart];
      },
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
    'clients/typescript/src/generated/operations.ts': operationsOf('clients/typescript/src/operations.graphql', {
      printed: withoutSpaces,
      subscriptions: 'clients/typescript/src/generated/subscriptions.ts',
    }),
    'src/dashboard/generated/operations.ts': operationsOf('src/dashboard/operations.graphql', { printed: inOneLine }),
    'src/cli/generated/operations.ts': operationsOf('src/cli/operations.graphql', { printed: inOneLine }),
  },
};

export default config;
