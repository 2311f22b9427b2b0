/** Entry of the worker thread: a thread of Node starts with plain JavaScript; from here on it reads TypeScript. */
import { register } from 'tsx/esm/api';

register();
await import('./function-worker.ts');
