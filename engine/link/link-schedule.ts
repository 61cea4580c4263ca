import { suggest } from '../core/suggest.ts';
import { recordOf, string, typeScope } from '../expr/index.ts';
import type { Schedule, ScheduleTarget } from '../program/schedule.ts';
import type { Node } from '../source/index.ts';
import { envType } from './env-type.ts';
import { checkInput, checkMessage } from './check-given.ts';
import type { Reporter } from './context.ts';
import { cronFaults } from './cron.ts';
import { digest, hashOf } from './hash.ts';
import { callee, type Callees } from './link-callee.ts';
import type { Config } from './link-settings.ts';
import { linkTemplate, linkTyped } from './text.ts';
import type { Visible } from './visible.ts';

/** A schedule; nothing calls it in this version. Reports times that cannot be, and what its target does not take. */
export function linkSchedule(reporter: Reporter, root: Node, config: Config, callees: Callees): Schedule {
  checkCron(reporter, root.get('cron'));
  checkTimezone(reporter, root.get('timezone'));
  const visible: Visible = {
    ...config.visible,
    names: new Set(['schedule', 'env']),
    types: typeScope({ schedule: recordOf({ name: string, time: string }), env: envType }),
  };
  const kind = root.get('workflow').value === undefined ? 'agent' : 'workflow';
  const input = linkTyped(reporter, root.get('input'), visible);
  const message = linkTemplate(reporter, root.get('message'), visible);
  const called = callee(reporter, root.get(kind), kind, callees);
  if (called !== undefined) {
    const whom = `${kind} "${called.name}"`;
    if (kind === 'agent') checkMessage(reporter, root, called);
    checkInput(reporter, {
      node: root.get('input'),
      anchor: root.get(kind),
      whom,
      schema: called.inputSchema,
      linked: input,
    });
  }
  const missed = root.get('missed').text();
  const target: ScheduleTarget =
    kind === 'workflow'
      ? { kind, workflow: root.get('workflow').text() ?? '' }
      : {
          kind,
          agent: root.get('agent').text() ?? '',
          instance: linkTemplate(reporter, root.get('instance'), visible),
          session: linkTemplate(reporter, root.get('session'), visible),
          message,
        };
  return {
    name: root.source.name,
    hash: digest({ spec: hashOf(root.source) }),
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    cron: root.get('cron').text() ?? '',
    timezone: root.get('timezone').text() ?? 'UTC',
    missed: missed === 'one' || missed === 'all' ? missed : 'skip',
    enabled: root.get('enabled').flag() ?? true,
    target,
    input: input?.value,
  };
}

function checkCron(reporter: Reporter, node: Node): void {
  for (const { message, start, end, suggestions } of cronFaults(node.text() ?? '* * * * *'))
    reporter.report(node, 'schema/bad-format', message, {
      within: { start, end },
      ...(suggestions === undefined ? {} : { suggestions }),
    });
}

function checkTimezone(reporter: Reporter, node: Node): void {
  const zone = node.text();
  if (zone === undefined || isTimezone(zone)) return;
  const near = suggest(zone, [...Intl.supportedValuesOf('timeZone'), 'UTC'], 3);
  const cure =
    near[0] === undefined
      ? 'write it as region and city, such as "Europe/Berlin"'
      : `did you mean "${near[0]}"?`;
  reporter.report(node, 'schema/bad-format', `no time zone "${zone}"; ${cure}`, { suggestions: near });
}

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
