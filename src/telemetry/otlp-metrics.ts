import { type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, type DataPoint, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { Metric, Sample } from '../measure/metric.ts';

/** Since when is counted, and until now. */
type Span = { startTime: HrTime; endTime: HrTime };

/**
 * The same metrics in the words of OpenTelemetry, under the same names; but that of a counter is without `_total`, which a
 * collector adds again for Prometheus.
 */
export function toOtlp(metrics: Metric[], span: Span): MetricData[] {
  return metrics.filter(({ values }) => values.length > 0).map((metric) => toMetricData(metric, span));
}

function toMetricData({ name, help, type, values }: Metric, span: Span): MetricData {
  const common = {
    descriptor: {
      name: type === 'counter' ? name.replace(/_total$/, '') : name,
      description: help,
      unit: /_(seconds|bytes)(_total)?$/.exec(name)?.[1]?.replace('seconds', 's').replace('bytes', 'By') ?? '1',
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (type === 'histogram') {
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histogramPoints(name, values, span) };
  }
  const dataPoints = values.map(({ labels, value }) => ({ ...span, attributes: labels, value }));
  return type === 'counter'
    ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
}

type HistogramPoint = DataPoint<{
  buckets: { boundaries: number[]; counts: number[] };
  sum: number;
  count: number;
}>;

/** Prometheus has a sample for each bucket, counted together with those below it; OpenTelemetry one point with all of them. */
function histogramPoints(name: string, samples: Sample[], span: Span): HistogramPoint[] {
  const points = new Map<string, HistogramPoint>();
  for (const { labels, metricName, value } of samples) {
    const { le, ...attributes } = labels;
    const key = JSON.stringify(Object.entries(attributes).sort());
    let point = points.get(key);
    if (!point) {
      point = { ...span, attributes, value: { buckets: { boundaries: [], counts: [] }, sum: 0, count: 0 } };
      points.set(key, point);
    }
    const { buckets } = point.value;
    if (metricName === `${name}_sum`) point.value.sum = value;
    else if (metricName === `${name}_count`) point.value.count = value;
    else {
      const below = buckets.counts.reduce((total, count) => total + count, 0);
      buckets.counts.push(value - below);
      if (le !== '+Inf') buckets.boundaries.push(Number(le));
    }
  }
  return [...points.values()];
}
