import type { Json } from '../core/json.ts';
import {
  parseExpression,
  parseTemplate,
  parseValue,
  type Expression,
  type Template,
  type Value,
} from '../expr/index.ts';
import type { PresetReply } from '../program/channel-preset.ts';
import type { ChannelReply } from '../program/channel.ts';

/** An expression of a preset. Presets are ours: one with a fault is thrown. */
export function presetExpression(source: string): Expression {
  const { expression, faults } = parseExpression(source);
  if (expression !== undefined && faults.length === 0) return expression;
  throw new Error(`a preset has a fault in "${source}": ${faults[0]?.message ?? ''}`);
}

/** A text template of a preset. */
export function presetTemplate(source: string): Template {
  const { template, faults } = parseTemplate(source);
  if (template !== undefined && faults.length === 0) return template;
  throw new Error(`a preset has a fault in "${source}": ${faults[0]?.message ?? ''}`);
}

/** A value of a preset. */
export function presetValue(source: Json): Value {
  const { value, faults } = parseValue(source);
  if (faults.length === 0) return value;
  throw new Error(`a preset has a fault in ${JSON.stringify(source)}: ${faults[0]?.message ?? ''}`);
}

/** Every value of a map of a preset. */
export function presetValues(map: Readonly<Record<string, Json>> = {}): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, presetValue(value)]));
}

/** An answer of a preset. */
export function presetReply({ status, headers, body }: PresetReply): ChannelReply {
  return {
    status,
    headers: presetValues(headers),
    body: body === undefined ? undefined : presetValue(body),
  };
}
