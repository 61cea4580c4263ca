/** Types of JSON Schema. */
export const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** Types of other languages and what they are called in JSON Schema. */
export const foreignTypes: Readonly<Record<string, string>> = {
  bool: 'boolean',
  date: 'string',
  datetime: 'string',
  decimal: 'number',
  dict: 'object',
  double: 'number',
  float: 'number',
  int: 'integer',
  list: 'array',
  long: 'integer',
  map: 'object',
  none: 'null',
  str: 'string',
  text: 'string',
};

/** Keywords whose value is a map of schemas by name. */
export const inMaps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

/** Keywords whose value is a list of schemas. */
export const inLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];

/** Keywords whose value is a schema. */
export const inPlace = [
  'items',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
];

/** All keywords that are known. */
export const keywords = [
  ...inMaps,
  ...inLists,
  ...inPlace,
  ...['$id', '$schema', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', '$comment'],
  ...[
    'type',
    'enum',
    'const',
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
  ],
  ...[
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
    'minLength',
    'maxLength',
    'pattern',
  ],
  ...['minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains', 'minProperties', 'maxProperties'],
  ...['required', 'dependentRequired', 'format', 'contentEncoding', 'contentMediaType', 'contentSchema'],
];

/** Keywords whose schema is a condition, so that what it asks for may be said elsewhere. */
export const conditions = ['not', 'if', 'then', 'else', 'contains'];

/** Formats that are checked, or that others write. */
export const formats = [
  ...[
    'date',
    'time',
    'date-time',
    'iso-time',
    'iso-date-time',
    'duration',
    'uri',
    'uri-reference',
    'uri-template',
  ],
  ...['url', 'email', 'hostname', 'ipv4', 'ipv6', 'regex', 'uuid', 'json-pointer', 'relative-json-pointer'],
  ...['byte', 'int32', 'int64', 'float', 'double', 'password', 'binary', 'iri', 'iri-reference'],
  ...['idn-email', 'idn-hostname'],
];

/** Keywords beside which a name may be declared in another place. */
export const elsewhere = [
  ...[
    '$ref',
    'allOf',
    'anyOf',
    'oneOf',
    'if',
    'patternProperties',
    'dependentSchemas',
    'additionalProperties',
  ],
  ...['unevaluatedProperties', 'propertyNames'],
];
