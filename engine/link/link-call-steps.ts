import { dyn, number, recordOf, string } from '../expr/index.ts';
import { offeredNames, serverTool } from '../program/mcp.ts';
import { builtinTools } from '../program/tool.ts';
import { checkArguments } from './link-arguments.ts';
import { codeBounds } from './link-code.ts';
import { linkHeaders } from './link-headers.ts';
import { linkSign } from './link-sign.ts';
import type { LinkedStep } from './link-steps.ts';
import { durationOf } from './scalars.ts';
import { visibleIn } from './step-scope.ts';
import {
  referenceOf,
  neededText,
  outputOf,
  textAt,
  unknownStep,
  valueAt,
  withSecrets,
  type AtStep,
} from './step-parts.ts';
import { schemaType } from './step-types.ts';
import { linkValue, linkValues } from './text.ts';
import { checkUrl } from './url.ts';

/** `tool`: a tool is called. */
export function linkToolStep(at: AtStep): LinkedStep {
  const { node, linker, base } = at;
  const { reporter, tools } = linker;
  const name = node.get('tool').text() ?? '';
  const isOther = !Object.hasOwn(tools, name) && stepTools.includes(name);
  const { mcpServers } = at.block.config;
  const remote = Object.hasOwn(tools, name) || isOther ? undefined : serverTool(mcpServers, name);
  const all = [
    ...Object.keys(tools),
    ...(isOther || remote !== undefined ? [name] : []),
    ...Object.values(mcpServers).flatMap((server) => offeredNames(server) ?? []),
  ];
  const tool = referenceOf(at, node.get('tool'), 'tool', all);
  const given = valueAt(at, node.get('with'));
  if (tool === undefined) return unknownStep(at);
  const declared = remote === undefined ? tools[tool] : undefined;
  const { timeoutMs, retry } = declared ?? {};
  const { inputSchema, outputSchema } = declared ?? remote ?? {};
  checkArguments(reporter, node, { kind: 'tool', name: tool, inputSchema }, given?.typed);
  return {
    output: outputOf(at, `tool "${tool}"`, schemaType(outputSchema, dyn)),
    step: {
      ...base,
      verb: 'tool',
      tool,
      with: given?.value,
      timeoutMs: durationOf(node.get('timeout')) ?? timeoutMs,
      retry: base.retry ?? retry,
    },
  };
}

/** `workflow`: another workflow runs. */
export function linkWorkflowStep(at: AtStep): LinkedStep {
  const { node, linker, base } = at;
  const workflow = referenceOf(at, node.get('workflow'), 'workflow', linker.workflows.names);
  const given = valueAt(at, node.get('with'));
  if (workflow === undefined) return unknownStep(at);
  const inputSchema = linker.workflows.inputOf(workflow);
  checkArguments(linker.reporter, node, { kind: 'workflow', name: workflow, inputSchema }, given?.typed);
  return {
    output: outputOf(at, `workflow "${workflow}"`, linker.workflows.outputOf(workflow)),
    step: { ...base, verb: 'workflow', workflow, with: given?.value },
  };
}

/** `shell`: a command runs in the sandbox. */
export function linkShell(at: AtStep): LinkedStep {
  const { node, linker, base } = at;
  const shell = node.get('shell');
  const words = shell.list();
  return {
    output: outputOf(at, 'a command', recordOf({ stdout: string, stderr: string, exitCode: number })),
    step: {
      ...base,
      verb: 'shell',
      shell: words.length === 0 ? neededText(at, shell) : words.map((word) => neededText(at, word)),
      cwd: textAt(at, node.get('cwd')),
      env: linkValues(linker.reporter, node.get('env'), withSecrets(at)),
    },
  };
}

/** `code`: Python runs on its own. */
export function linkCode(at: AtStep): LinkedStep {
  const { node, base, linker } = at;
  const names = Object.keys(linker.tools);
  return {
    output: outputOf(at, 'the code', dyn),
    step: {
      ...base,
      verb: 'code',
      code: node.get('code').text() ?? '',
      with: valueAt(at, node.get('with'))?.value,
      tools: node
        .get('tools')
        .list()
        .flatMap((item) => referenceOf(at, item, 'tool', names) ?? []),
      limits: codeBounds(node.get('limits')),
    },
  };
}

/** `http`: a request is sent. Only its headers and its signature read secrets. */
export function linkHttpStep(at: AtStep): LinkedStep {
  const { node, linker, block, base } = at;
  const { reporter } = linker;
  const http = node.get('http');
  checkUrl(reporter, http.get('url'), true);
  const headers = { ...recordOf({}), rest: string };
  return {
    output: outputOf(at, 'a request', recordOf({ status: number, headers, body: dyn })),
    step: {
      ...base,
      verb: 'http',
      request: {
        method: http.get('method').text() ?? 'GET',
        url: neededText(at, http.get('url')),
        query: linkValues(reporter, http.get('query'), visibleIn(block)),
        headers: linkHeaders(reporter, http.get('headers'), withSecrets(at)),
        body: linkValue(reporter, http.get('body'), visibleIn(block)),
        ...linkSign(reporter, http, withSecrets(at)),
      },
    },
  };
}

/** Built-in tools that need no agent. */
const stepTools: readonly string[] = builtinTools.filter((name) => name !== 'task' && name !== 'load_skill');
