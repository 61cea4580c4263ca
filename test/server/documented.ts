import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../engine/core/json.ts';

/** The description of an API, as a judge of answers. */
export interface Documented {
  readonly document: JsonObject;
  /** What is wrong with an answer: nothing, or the faults. */
  faultsOf(
    answer: {
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly type: string;
    },
    body: unknown,
  ): readonly string[];
  /** Compiles a schema that the document names; throws when it cannot. */
  compile(name: string): void;
  /** The path of the description that a URL's path is one of; the one with the fewest parameters. */
  pathOf(path: string, method: string): string | undefined;
}

/** Reads a description; a reference that leads nowhere is thrown. */
export function readDocument(document: JsonObject): Documented {
  const ajv = new Ajv2020({ strict: false, allErrors: true, discriminator: false });
  addFormats.default(ajv);
  ajv.addSchema(document, 'api');
  const paths = document['paths'] as Record<string, Record<string, JsonObject>>;
  return {
    document,
    compile: (name) => void ajv.compile({ $ref: `api#/components/schemas/${name}` }),
    pathOf(path, method) {
      const found = Object.keys(paths).filter((one) => {
        const pattern = one.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+');
        return new RegExp(`^${pattern}$`).test(path) && paths[one]?.[method.toLowerCase()] !== undefined;
      });
      return found.sort((a, b) => a.split('{').length - b.split('{').length)[0];
    },
    faultsOf({ method, path, status, type }, body) {
      const responses = paths[path]?.[method.toLowerCase()]?.['responses'] as Record<string, JsonObject>;
      const answer = responses[String(status)] ?? {};
      const { $ref } = answer;
      const whole = typeof $ref === 'string' ? (at(document, $ref) as JsonObject) : answer;
      const content = whole['content'] as Record<string, { schema: JsonObject }> | undefined;
      if (responses[String(status)] === undefined) return [`status ${status} is not described`];
      if (content === undefined) return body === undefined ? [] : ['a body is not described'];
      const one = content[type];
      if (one === undefined) return [`content type "${type}" is not described`];
      const place =
        typeof $ref === 'string'
          ? $ref
          : `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
      const check = ajv.compile({ $ref: `api${place}/content/${escaped(type)}/schema` });
      const codes = whole['x-error-codes'] as readonly string[] | undefined;
      const { error } = (body ?? {}) as { readonly error?: { readonly type: string } };
      if (codes !== undefined && !codes.includes(error?.type ?? ''))
        return [`code "${error?.type ?? ''}" is not described with status ${status}`];
      if (check(body) === true) return [];
      return (check.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath}: ${message}`);
    },
  };
}

/** One segment of a JSON Pointer in a fragment. */
export function escaped(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function at(document: JsonObject, ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((value, part) => (value as JsonObject)[decodeURIComponent(part)], document);
}
