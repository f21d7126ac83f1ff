import { execute } from '../../client/execute.ts';
import { settingsOf } from '../../client/options.ts';
import { printKey } from '../../filter/print.ts';
import { KeyNames, PipelineNames, RunNames, StepNames } from '../generated/operations.ts';
import type { Ask, Candidate } from './complete.ts';

/** Who presses a key does not wait for longer. */
const deadlineMs = 500;

const fields: readonly Candidate[] = [
  { word: 'name:', help: 'a part of the name; name:iris* its beginning' },
  { word: 'pipeline:', help: 'one pipeline, or several with commas' },
  { word: 'status:', help: 'running, completed, failed, crashed, cancelled' },
  { word: 'after:', help: 'started since: 2026-11-01, 3d, today' },
  { word: 'before:', help: 'started before' },
  { word: 'has:', help: 'runs that logged a key' },
  { word: 'lacks:', help: 'runs that did not' },
];

/** Candidates from the service. None where it is away, slow, or refuses: nothing is said into a line that is being written. */
export async function askService(...[kind, prefix, run]: Parameters<Ask>): Promise<readonly Candidate[]> {
  try {
    const settings = settingsOf({ deadlineMs });
    if (kind === 'runs') {
      const { nodes } = (await execute(settings, RunNames, { prefix })).pipelineRuns;
      return nodes.map(({ name, pipeline, status }) => ({ word: name, help: `${pipeline}, ${status.toLowerCase()}` }));
    }
    if (kind === 'pipelines') {
      const { nodes } = (await execute(settings, PipelineNames, { prefix })).pipelines;
      return nodes.map(({ name, runs }) => ({ word: name, help: `${runs} runs` }));
    }
    if (kind === 'steps') {
      if (!run) return [];
      const { pipelineRun } = await execute(settings, StepNames, { ref: run });
      const steps = pipelineRun?.steps.nodes ?? [];
      return steps
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, status }) => ({ word: name, help: status.toLowerCase() }));
    }
    // In a list the last one is being written.
    const [, lead = '', part = ''] = /^(.*,)?(.*)$/s.exec(prefix) ?? [];
    const { metadataKeys } = await execute(settings, KeyNames, { prefix: part });
    const keys = metadataKeys.map(({ key, types }) => ({
      word: lead + (kind === 'filter' ? printKey(key) : key),
      help: types.join(', ').toLowerCase(),
    }));
    return kind === 'filter' ? [...fields.filter(({ word }) => word.startsWith(prefix)), ...keys] : keys;
  } catch {
    return [];
  }
}
