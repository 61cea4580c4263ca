import type { Role } from '../program/role.ts';
import type { Skill } from '../program/skill.ts';
import { dyn, literalTemplate, recordOf, string, typeScope } from '../expr/index.ts';
import { envType } from './env-type.ts';
import type { Config } from './link-settings.ts';
import type { Reporter } from './context.ts';
import { digest, hashOf } from './hash.ts';
import type { Node } from '../source/index.ts';
import { argumentsOf } from './skill-arguments.ts';
import { modelOf, settingsOf, thinkingOf } from './scalars.ts';
import { linkTemplate } from './text.ts';

/** A skill. Its Markdown is plain text, not a template. Reports a schema of its arguments that is none. */
export function linkSkill(reporter: Pick<Reporter, 'report'>, root: Node): Skill {
  const { source } = root;
  const files = source.files ?? {};
  const { schema, fault } = argumentsOf(files);
  if (fault !== undefined) reporter.report(root, 'schema/invalid-json-schema', fault);
  return {
    name: source.name,
    hash: digest({ spec: hashOf(source), files }),
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    body: (source.body ?? '').trim(),
    files,
    ...(schema === undefined ? {} : { argsSchema: schema }),
    allowedTools: (root.get('allowed-tools').text() ?? '').split(/\s+/).filter((name) => name !== ''),
    metadata: (root.get('metadata').object() ?? {}) as Record<string, string>,
  };
}

/** A role: instructions and perhaps a model, laid over one call. */
export function linkRole(reporter: Reporter, root: Node, config: Config): Role {
  const visible = {
    ...config.visible,
    names: new Set(['agent', 'instance', 'input', 'env']),
    types: typeScope({
      agent: recordOf({ name: string }),
      instance: recordOf({ id: string }),
      input: dyn,
      env: envType,
    }),
  };
  return {
    name: root.source.name,
    hash: hashOf(root.source),
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    instructions: linkTemplate(reporter, root.get('instructions'), visible) ?? literalTemplate(''),
    model: modelOf(reporter, root.get('model'), config.names),
    modelSettings: settingsOf(root.get('modelSettings')),
    thinking: thinkingOf(root.get('thinking')),
  };
}
