import { dirname, resolve } from 'node:path';
import type { HttpTool, NodeTool, Tool } from '../program/tool.ts';
import { literalTemplate, recordOf, typeFromSchema, typeScope } from '../expr/index.ts';
import { type Node, onDisk, textOnDisk } from '../source/index.ts';
import type { Config } from './link-settings.ts';
import type { Reporter } from './context.ts';
import { digest, hashOf } from './hash.ts';
import { known } from './names.ts';
import { durationOf, retryOf, textsOf } from './scalars.ts';
import { linkTemplate, linkValue, linkValues, type Visible } from './text.ts';

/** A declared tool; undefined when its type is not available (reported). */
export function linkTool(reporter: Reporter, root: Node, config: Config): Tool | undefined {
  const secrets = textsOf(root.get('secrets'));
  const declared = Object.keys(config.settings.secrets);
  for (const name of root.get('secrets').list()) {
    const text = name.text();
    if (text !== undefined) known(reporter, name, 'secret', text, declared);
  }
  const run = linkRun(reporter, root, config, secrets);
  if (run === undefined) return undefined;
  const inputSchema = root.get('inputSchema').object();
  return {
    name: root.source.name,
    hash: digest({
      spec: hashOf(root.source),
      code: run.type === 'node' ? (textOnDisk(run.module) ?? '') : '',
    }),
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    inputSchema:
      inputSchema ?? (run.type === 'node' ? undefined : { type: 'object', additionalProperties: false }),
    outputSchema: root.get('outputSchema').object(),
    annotations: root.get('annotations').object() ?? {},
    timeoutMs: durationOf(root.get('timeout')) ?? 60_000,
    retry: retryOf(root.get('retry')),
    secrets,
    run,
  };
}

/** A tool that is only a TypeScript file: its module says everything else. */
export function linkModuleTool(name: string, file: string, relativeFile: string): Tool {
  const start = { line: 1, column: 1, offset: 0 };
  return {
    name,
    hash: digest({ name, code: textOnDisk(file) ?? '' }),
    origin: { file: relativeFile, range: { start, end: start }, pointer: '' },
    description: '',
    inputSchema: undefined,
    outputSchema: undefined,
    annotations: {},
    timeoutMs: 60_000,
    retry: undefined,
    secrets: [],
    run: { type: 'node', module: file, export: 'default' },
  };
}

function linkRun(
  reporter: Reporter,
  root: Node,
  config: Config,
  secrets: readonly string[],
): NodeTool | HttpTool | undefined {
  const type = root.get('type').text();
  if (type === 'node') {
    const module = root.get('module').text();
    if (module === undefined) return undefined;
    const file = resolve(dirname(root.source.path), module);
    if (onDisk(file) !== 'file') {
      reporter.report(
        root.get('module'),
        'ref/unknown-file',
        `no file "${module}" beside ${root.source.file}`,
      );
    }
    return { type: 'node', module: file, export: root.get('export').text() ?? 'default' };
  }
  if (type === 'http') return linkHttp(reporter, root, config, secrets);
  if (type !== undefined) {
    reporter.unavailable(
      root.get('type'),
      `tool type "${type}" is not available in this version; expected one of "http", "node"`,
    );
  }
  return undefined;
}

function linkHttp(reporter: Reporter, root: Node, config: Config, secrets: readonly string[]): HttpTool {
  const request = root.get('request');
  const schema = root.get('inputSchema').object();
  const visible: Visible = {
    ...config.visible,
    names: new Set(['input', 'env']),
    types: typeScope({ input: schema === undefined ? recordOf({}) : typeFromSchema(schema) }),
  };
  const withSecrets: Visible = {
    ...visible,
    names: new Set(['input', 'env', 'secrets']),
    secrets: new Set(secrets),
  };
  return {
    type: 'http',
    method: request.get('method').text() ?? 'GET',
    url: linkTemplate(reporter, request.get('url'), visible) ?? literalTemplate(''),
    query: linkValues(reporter, request.get('query'), visible),
    headers: linkValues(reporter, request.get('headers'), withSecrets),
    body: linkValue(reporter, request.get('body'), visible),
  };
}
