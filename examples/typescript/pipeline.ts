// Fits a line to noisy points by gradient descent, for three rates at once, and keeps the best. Every rate is a step of its own.
import { logEnvironment, logMetadata, pipelineRun, step } from '@runledger/client';

interface Data {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

interface Fit {
  readonly slope: number;
  readonly offset: number;
  readonly loss: number;
}

/** Points around y = 3x + 1, the same each time. */
function load(): Data {
  const xs = Array.from({ length: 200 }, (_, index) => index / 100);
  const ys = xs.map((x, index) => 3 * x + 1 + Math.sin(index * 12.9898) / 10);
  logMetadata({ points: xs.length, source: 'synthetic' });
  return { xs, ys };
}

function train({ xs, ys }: Data, rate: number): Fit {
  logMetadata({ rate });
  let [slope, offset, loss] = [0, 0, Number.POSITIVE_INFINITY];
  for (let epoch = 0; epoch < 100; epoch += 1) {
    const errors = xs.map((x, index) => slope * x + offset - (ys[index] ?? 0));
    const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    slope -= rate * 2 * meanOf(errors.map((error, index) => error * (xs[index] ?? 0)));
    offset -= rate * 2 * meanOf(errors);
    loss = meanOf(errors.map((error) => error * error));
    logMetadata({ loss }, { iteration: epoch });
  }
  return { slope, offset, loss };
}

/** The whole pipeline: the steps `load`, `train`, `train_2`, `train_3` and `choose` of one run. */
export async function fitLine(rates: readonly number[] = [0.01, 0.05, 0.2]): Promise<Fit> {
  return pipelineRun({ pipeline: 'fit-line' }, async () => {
    await logEnvironment({ arguments: false });
    const data = await step('load', load);
    const fits = await Promise.all(rates.map((rate) => step('train', () => train(data, rate))));
    return step('choose', () => {
      const best = fits.reduce((one, other) => (other.loss < one.loss ? other : one));
      logMetadata({ best });
      return best;
    });
  });
}
