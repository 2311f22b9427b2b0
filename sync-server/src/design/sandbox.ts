/**
 * One JavaScript engine for one program of a design document: QuickJS, compiled to WebAssembly, with nothing of ours
 * in reach and limits on memory, stack and time.
 */

import {
	getQuickJS,
	type QuickJSContext,
	type QuickJSHandle,
	type QuickJSRuntime
} from 'quickjs-emscripten';

export interface SandboxLimits {
	/** Of one call. */
	callMs: number;
	memoryBytes: number;
	/** Longest answer of one call, in UTF-16 units. */
	answerLength: number;
}

export const SANDBOX_LIMITS: SandboxLimits = {
	// As long as CouchDB waits for its query server.
	callMs: 5_000,
	memoryBytes: 64 * 1024 * 1024,
	answerLength: 16 * 1024 * 1024
};

const STACK_BYTES = 256 * 1024;

export type CallOutcome =
	| { ok: true; text: string }
	/** `isFatal`: the engine is spent (time, memory, stack), no further call may be made. */
	| { ok: false; name: string; message: string; isFatal: boolean };

export class Sandbox {
	readonly #runtime: QuickJSRuntime;
	readonly #context: QuickJSContext;
	readonly #limits: SandboxLimits;
	#handler: QuickJSHandle | null = null;
	#deadlineMs = 0;

	private constructor(runtime: QuickJSRuntime, limits: SandboxLimits) {
		this.#limits = limits;
		this.#runtime = runtime;
		runtime.setMemoryLimit(limits.memoryBytes);
		runtime.setMaxStackSize(STACK_BYTES);
		runtime.setInterruptHandler(() => performance.now() > this.#deadlineMs);
		this.#context = runtime.newContext();
	}

	static async open(limits: SandboxLimits = SANDBOX_LIMITS): Promise<Sandbox> {
		const quickJS = await getQuickJS();
		return new Sandbox(quickJS.newRuntime(), limits);
	}

	/** Runs a program, whose last value is the function `call` calls. Once. */
	load(source: string): CallOutcome {
		this.#startClock();
		const result = this.#context.evalCode(source, 'design-document.js');
		if (result.error) return this.#failure(result.error);
		this.#handler = result.value;
		return { ok: true, text: '' };
	}

	/** Calls the program's function with a text; it answers a text. */
	call(input: string): CallOutcome {
		if (!this.#handler) throw new TypeError('A program is loaded before it is called.');
		this.#startClock();
		const argument = this.#context.newString(input);
		const result = this.#context.callFunction(this.#handler, this.#context.undefined, argument);
		argument.dispose();
		if (result.error) return this.#failure(result.error);
		const isText = this.#context.typeof(result.value) === 'string';
		const text = isText ? this.#context.getString(result.value) : '';
		result.value.dispose();
		if (text.length > this.#limits.answerLength) {
			return fatal('LimitError', 'The function answered more than may be kept.');
		}
		return isText ? { ok: true, text } : fatal('TypeError', 'The function answered no text.');
	}

	dispose(): void {
		this.#handler?.dispose();
		this.#context.dispose();
		this.#runtime.dispose();
	}

	#startClock(): void {
		this.#deadlineMs = performance.now() + this.#limits.callMs;
	}

	#failure(error: QuickJSHandle): CallOutcome {
		// What was thrown may be anything, with getters that run on: they are under the same clock.
		const thrown: unknown = this.#context.dump(error);
		error.dispose();
		const { name, message } = describe(thrown);
		const isSpent = name === 'InternalError' || thrown === null || thrown === undefined;
		return { ok: false, name, message, isFatal: isSpent };
	}
}

function describe(thrown: unknown): { name: string; message: string } {
	if (typeof thrown === 'object' && thrown !== null) {
		const { name, message } = thrown as { name?: unknown; message?: unknown };
		return {
			name: typeof name === 'string' ? name.slice(0, 100) : 'Error',
			message: typeof message === 'string' ? message.slice(0, 1_000) : ''
		};
	}
	return { name: 'Error', message: String(thrown).slice(0, 1_000) };
}

function fatal(name: string, message: string): CallOutcome {
	return { ok: false, name, message, isFatal: true };
}
