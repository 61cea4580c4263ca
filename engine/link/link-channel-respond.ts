import { dyn, literalTemplate, recordOf, string, typeScope } from '../expr/index.ts';
import type { JsonSchema } from '../core/json.ts';
import type { PresetRespond } from '../program/channel-preset.ts';
import type { ChannelRespond } from '../program/channel.ts';
import { builtinTools } from '../program/tool.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { envType } from './env-type.ts';
import type { Callees } from './link-callee.ts';
import { linkHeaders } from './link-headers.ts';
import { linkSign } from './link-sign.ts';
import { known } from './names.ts';
import { presetExpression, presetTemplate, presetValue, presetValues } from './preset-text.ts';
import { linkTemplate, linkValue, linkValues } from './text.ts';
import { checkUrl } from './url.ts';
import type { Visible } from './visible.ts';

/** Name of the tool where nothing is said. */
const usualName = 'reply';

/** Characters of a message where the scheme says nothing. */
const usualLength = 20_000;

/** The tool that answers what a channel brings; undefined when it has none. */
export function linkRespond(
  reporter: Reporter,
  root: Node,
  preset: PresetRespond | undefined,
  around: { readonly visible: Visible; readonly declared: readonly string[] } & Callees,
): ChannelRespond | undefined {
  const node = root.get('respond');
  const token = root.get('token').text();
  if (token !== undefined) known(reporter, root.get('token'), 'secret', token, around.declared);
  if (node.value === undefined || node.value === false) {
    if (token !== undefined)
      reporter.report(
        root.get('token'),
        'schema/missing-key',
        'only "respond" uses a "token"; write "respond: true", or leave this out',
        { part: 'key' },
      );
    return undefined;
  }
  const tool = node.get('tool').text() ?? usualName;
  checkName(reporter, root, tool, around);
  const common = {
    tool,
    token,
    description: node.get('description').text() ?? preset?.description ?? 'Answers the message.',
  };
  const request = node.get('request');
  if (request.object() !== undefined) {
    refuseApi(reporter, node);
    return {
      ...common,
      inputSchema: textSchema(usualLength),
      when: undefined,
      request: linkRequest(reporter, request, token, around),
      outputSchema: undefined,
    };
  }
  if (preset === undefined) {
    reporter.report(
      node,
      'schema/missing-key',
      `"${root.get('scheme').text() ?? ''}" says nothing of answers; write "respond" as a map with a "request"`,
    );
    return undefined;
  }
  if (preset.needsToken !== false && token === undefined)
    reporter.report(
      node,
      'schema/missing-key',
      'an answer needs "token": the name of the secret that the service wants to see',
      { part: 'key' },
    );
  return {
    ...common,
    inputSchema: textSchema(preset.maxLength),
    when: presetExpression(preset.when),
    request: {
      method: 'POST',
      url: presetTemplate(preset.url.replace('{api}', apiOf(reporter, node, preset, around.visible))),
      query: {},
      headers: presetValues(preset.headers),
      body: presetValue(preset.body),
    },
    outputSchema: preset.outputSchema,
  };
}

/** Names of the tools that channels give the agents they are for. */
export function respondTools(channels: readonly Node[]): readonly string[] {
  return channels.flatMap((root) => {
    const node = root.get('respond');
    return node.value === undefined || node.value === false ? [] : [node.get('tool').text() ?? usualName];
  });
}

/** Two tools of one name could not be told apart. */
function checkName(reporter: Reporter, root: Node, tool: string, { agents }: Callees): void {
  const name = root.get('agent').text() ?? '';
  const agent = Object.hasOwn(agents, name) ? agents[name] : undefined;
  const isTaken =
    (builtinTools as readonly string[]).includes(tool) ||
    tool === 'run_code' ||
    agent?.tools.some((own) => own.name === tool) === true;
  if (!isTaken) return;
  const written = root.get('respond').get('tool');
  const message = `agent "${name}" has a tool "${tool}" already; write another name as "respond.tool"`;
  if (written.value === undefined)
    reporter.report(root.get('respond'), 'ref/duplicate-name', message, { part: 'key' });
  else reporter.report(written, 'ref/duplicate-name', message);
}

/** Address of the service, as it stands in the template. */
function apiOf(reporter: Reporter, node: Node, preset: PresetRespond, visible: Visible): string {
  const api = node.get('api');
  const text = api.text();
  if (text === undefined) return preset.api;
  checkUrl(reporter, api, true);
  linkTemplate(reporter, api, { ...visible, names: new Set(['env']), types: typeScope({ env: envType }) });
  return text.trim().replace(/\/+$/, '');
}

function refuseApi(reporter: Reporter, node: Node): void {
  if (node.get('api').value === undefined) return;
  reporter.report(
    node.get('api'),
    'schema/exclusive-keys',
    'write either "api" or "request", not both: the request has its whole "url"',
    { part: 'key' },
  );
}

function linkRequest(
  reporter: Reporter,
  node: Node,
  token: string | undefined,
  { visible, declared }: { readonly visible: Visible; readonly declared: readonly string[] },
): ChannelRespond['request'] {
  const names = ['input', 'body', 'headers', 'query', 'env'];
  const sight: Visible = {
    ...visible,
    names: new Set(names),
    types: typeScope({
      input: recordOf({ text: string }),
      body: dyn,
      headers: dyn,
      query: dyn,
      env: envType,
    }),
  };
  const sinks: Visible = {
    ...sight,
    names: new Set([...names, 'secrets']),
    secrets: new Set(token === undefined ? [] : [token]),
    declaredSecrets: new Set(declared),
  };
  checkUrl(reporter, node.get('url'), true);
  return {
    method: node.get('method').text() ?? 'GET',
    url: linkTemplate(reporter, node.get('url'), sight) ?? literalTemplate(''),
    query: linkValues(reporter, node.get('query'), sight),
    headers: linkHeaders(reporter, node.get('headers'), sinks),
    body: linkValue(reporter, node.get('body'), sight),
    ...linkSign(reporter, node, sinks),
  };
}

function textSchema(maxLength: number): JsonSchema {
  return {
    type: 'object',
    required: ['text'],
    additionalProperties: false,
    properties: { text: { type: 'string', minLength: 1, maxLength, description: 'What to say.' } },
  };
}
