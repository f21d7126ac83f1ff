import './scalars.ts';
import './metadata-entry.ts';
import './step.ts';
import './pipeline-run.ts';
import './run-mutations.ts';
import './step-mutations.ts';
import './log-metadata.ts';
import './run-list.ts';
import './compare-runs.ts';
import './metadata-keys.ts';
import './run-facets.ts';
import './pipelines.ts';
import './service.ts';
import './series.ts';
import './changes.ts';
import './retraction.ts';
import './keep-alive.ts';
import './api-keys.ts';
import './run-tokens.ts';
import './audit.ts';
import { builder } from './builder.ts';
import { withExactNumbers } from './exact-numbers.ts';
import { withScopes } from './scopes.ts';

/** The executable schema. */
export const schema = withScopes(withExactNumbers(builder.toSchema()));
