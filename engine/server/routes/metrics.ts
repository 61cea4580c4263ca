import { Problem } from '../../core/problem.ts';
import { insideOf } from '../../api/inside.ts';
import { refuseNarrow } from '../auth/own-only.ts';
import { prometheusText, prometheusType } from '../../telemetry/prometheus.ts';
import { route, type Route } from '../route.ts';

/** What was measured, for Prometheus. */
export const metricsRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/metrics',
    operation: 'metrics',
    // Its counts name all agents and workflows, also those that a token is not for.
    access: 'metrics',
    summary: 'Gives what was measured since the start, in the text format of Prometheus.',
    throws: ['not_found'],
    answers: { 200: { description: 'The measurements.', gives: 'text' } },
    handle({ engine, caller }) {
      if (caller.scopes?.includes('metrics') === false) refuseNarrow(caller);
      if (!engine.program.settings.telemetry.metrics)
        throw new Problem('not_found', 'measurements are off: "telemetry.metrics" of the config says so');
      const { meters } = insideOf(engine).telemetry;
      return Promise.resolve({
        status: 200,
        text: prometheusText(meters.read()),
        headers: { 'Content-Type': prometheusType },
      });
    },
  }),
];
