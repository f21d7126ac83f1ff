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
import './series.ts';
import './changes.ts';
import './retraction.ts';
import { builder } from './builder.ts';
import { withExactFloat } from './exact-float.ts';

/** The executable schema. */
export const schema = withExactFloat(builder.toSchema());
