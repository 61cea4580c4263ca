// Who may import whom inside engine/. The rules are generated from the tables below; a new arrow is a change of
// the table, and needs its reason in ARCHITECTURE.md.
import { readFileSync } from 'node:fs';

/** Each room and the rooms it may import. */
const rooms = {
  core: [],
  expr: ['core'],
  program: ['core', 'expr'],
  ports: ['core', 'program', 'expr'],
  source: ['core'],
  validate: ['core', 'source'],
  link: ['core', 'source', 'expr', 'program'],
  rules: ['core', 'source', 'expr', 'program'],
  fix: ['core', 'source'],
  findings: ['core', 'source', 'expr', 'program'],
  graph: ['core', 'expr', 'program'],
  journal: ['core', 'ports'],
  session: ['core', 'expr', 'program', 'ports', 'journal'],
  workflow: ['core', 'expr', 'program', 'ports'],
  adapters: ['core', 'ports', 'program'],
  telemetry: ['core', 'ports', 'program'],
  testing: ['core', 'program', 'ports'],
  client: ['core'],
};

/** Arrows of the table that carry types only. */
const typesOnly = { ports: ['expr'], adapters: ['program'], telemetry: ['program'], fix: ['source'] };

/** Rooms that stand on everything else: any room, and these files of the root. */
const surfaces = {
  api: { rooms: ['runs', 'bind'], files: [] },
  runs: { rooms: [], files: ['api', 'compile', 'compiler'] },
  calls: { rooms: ['api', 'runs'], files: ['api'] },
  callbacks: { rooms: ['api'], files: [] },
  channels: { rooms: ['api', 'calls'], files: ['api'] },
  code: { rooms: [], files: ['compile', 'compiler'] },
  upkeep: { rooms: ['callbacks', 'runs'], files: ['api'] },
  bind: { rooms: ['api', 'calls', 'code', 'runs'], files: ['api', 'compile'] },
  server: { rooms: ['api'], files: ['api', 'compile', 'compiler', 'engine'] },
  lsp: { rooms: [], files: ['compile', 'compiler'] },
  cli: {
    rooms: ['api', 'server', 'lsp', 'runs', 'code', 'upkeep', 'bind'],
    files: ['api', 'compile', 'compiler', 'engine'],
  },
};

/** Rooms entered through their index.ts only. In the others every file is meant to be imported. */
const doors = [
  'expr',
  'source',
  'validate',
  'link',
  'rules',
  'fix',
  'findings',
  'graph',
  'journal',
  'session',
  'workflow',
];

/** Rooms that run anywhere: nothing built into Node. */
const pure = ['core', 'expr', 'program', 'ports', 'workflow', 'fix', 'graph', 'client'];

const one = (names) => `(?:${names.join('|')})`;
const inside = (name) => `^engine/${name}/`;

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room}`,
  severity: 'error',
  comment: `${room} may import ${allowed.join(', ') || 'no other room'}`,
  from: { path: inside(room) },
  to: { path: '^engine/', pathNot: inside(one([room, ...allowed])) },
}));

const typeRules = Object.entries(typesOnly).map(([room, targets]) => ({
  name: `room-${room}-types`,
  severity: 'error',
  comment: `${room} may import only types of ${targets.join(', ')}`,
  from: { path: inside(room) },
  to: { path: inside(one(targets)), dependencyTypesNot: ['type-only'] },
}));

const surfaceRules = Object.entries(surfaces).map(([room, allowed]) => ({
  name: `room-${room}`,
  severity: 'error',
  comment: `${room} may import the rooms below it and ${allowed.files.map((file) => `${file}.ts`).join(', ')}`,
  from: { path: inside(room) },
  to: {
    path: '^engine/',
    pathNot: [
      inside(one([room, ...allowed.rooms, ...Object.keys(rooms)])),
      `^engine/${one(allowed.files)}[.]ts$`,
    ],
  },
}));

const doorRules = doors.map((room) => ({
  name: `door-${room}`,
  severity: 'error',
  comment: `${room} is entered through its index.ts`,
  from: { path: '^engine/', pathNot: inside(room) },
  to: { path: inside(room), pathNot: `^engine/${room}/index[.]ts$` },
}));

const strangers = {
  name: 'room-unknown',
  severity: 'error',
  comment: 'every folder of engine/ is a room of the table',
  from: {},
  to: {
    path: '^engine/[^/]+/',
    pathNot: inside(one([...Object.keys(rooms), ...Object.keys(surfaces)])),
  },
};

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const optionalPeers = Object.keys(manifest.peerDependencies ?? {});

const fixedRules = [
  {
    name: 'pure',
    severity: 'error',
    comment: `${pure.join(', ')} run anywhere, so they import nothing built into Node`,
    from: { path: inside(one(pure)) },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'no-cycles',
    severity: 'error',
    comment: 'a cycle of imports, types aside',
    from: { path: '^engine/' },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'no-undeclared-packages',
    severity: 'error',
    comment: 'a package that package.json does not name, or a file that is not there',
    from: { path: '^engine/' },
    to: {
      dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      ...(optionalPeers.length > 0 && {
        pathNot: optionalPeers.map((name) => `^(?:node_modules/)?${name}(?:/|$)`),
      }),
    },
  },
  {
    name: 'no-dev-packages',
    severity: 'error',
    comment: 'engine/ runs without the devDependencies; types are erased',
    from: { path: '^engine/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
  },
  {
    name: 'no-outside',
    severity: 'error',
    comment: 'engine/ imports nothing of the folders around it',
    from: { path: '^engine/' },
    to: { path: `^${one(['test', 'bench', 'scripts', 'examples', 'dist'])}/` },
  },
];

export default {
  forbidden: [...roomRules, ...typeRules, ...surfaceRules, ...doorRules, strangers, ...fixedRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
