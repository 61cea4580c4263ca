export { codeRunnerContract, type CodeRunnerCase, type CodeRunnerSubject } from './code-contract.ts';
export { durableContract, type DurableContractOptions, type DurableWorld } from './durable-contract.ts';
export { harnessContract, type HarnessCase, type HarnessSubject } from './harness-contract.ts';
export {
  modelsContract,
  type ModelAnswer,
  type ModelsCase,
  type ModelsSubject,
  type OpenedModels,
} from './models-contract.ts';
export { sandboxContract, type SandboxCase, type SandboxSubject } from './sandbox-contract.ts';
export { storeContract, type StoreContractOptions, type TestRunner } from './store-contract.ts';
