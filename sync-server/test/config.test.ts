import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';

const read = (environment: Record<string, string>) => readConfig(environment, '/app');

describe('configuration', () => {
	test('starts with nothing set, on this machine alone', () => {
		expect(read({})).toMatchObject({
			host: '127.0.0.1',
			port: 3000,
			dataDirectory: './data',
			appDirectory: '/app',
			administrator: null,
			publicOrigin: null,
			allowedOrigins: []
		});
	});

	test('takes what is set; empty counts as absent', () => {
		expect(
			read({
				HOST: '0.0.0.0',
				PORT: '0',
				OUTLAY_DATA: '/srv/outlay',
				OUTLAY_ADMIN: 'root:with:colons',
				OUTLAY_PUBLIC_ORIGIN: 'https://Outlay.example/',
				OUTLAY_ALLOWED_ORIGINS: 'https://a.example,http://localhost:5173',
				COUCHDB_URL: ''
			})
		).toMatchObject({
			host: '0.0.0.0',
			port: 0,
			dataDirectory: '/srv/outlay',
			administrator: { name: 'root', password: 'with:colons' },
			publicOrigin: 'https://outlay.example',
			allowedOrigins: ['https://a.example', 'http://localhost:5173']
		});
	});

	test.each([
		[{ PORT: 'http' }, 'PORT'],
		[{ PORT: '70000' }, 'PORT'],
		[{ PORT: '-1' }, 'PORT'],
		[{ OUTLAY_ADMIN: 'root' }, 'OUTLAY_ADMIN'],
		[{ OUTLAY_ADMIN: ':password' }, 'OUTLAY_ADMIN'],
		[{ OUTLAY_ADMIN: 'root:short', HOST: '0.0.0.0' }, 'OUTLAY_ADMIN'],
		[
			{ OUTLAY_ADMIN: 'root:short', OUTLAY_PUBLIC_ORIGIN: 'https://outlay.example' },
			'OUTLAY_ADMIN'
		],
		[{ OUTLAY_ADMIN: 'nordlys/jonas:long enough' }, 'OUTLAY_ADMIN'],
		[{ OUTLAY_PUBLIC_ORIGIN: 'outlay.example' }, 'OUTLAY_PUBLIC_ORIGIN'],
		[{ OUTLAY_PUBLIC_ORIGIN: 'https://outlay.example/app' }, 'OUTLAY_PUBLIC_ORIGIN'],
		[{ OUTLAY_ALLOWED_ORIGINS: '*' }, 'OUTLAY_ALLOWED_ORIGINS'],
		[{ OUTLAY_LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
		[{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
		[{ COUCHDB_URL: 'couch:5984' }, 'COUCHDB_URL'],
		[{ OUTLAY_STORES: 'dk' }, 'OUTLAY_STORES'],
		[{ OUTLAY_STORES: 'dk=embedded dk=embedded' }, 'OUTLAY_STORES'],
		[{ OUTLAY_STORES: 'dk=elsewhere' }, 'OUTLAY_STORES']
	])('says what is wrong with %j', (environment, name) => {
		const attempt = () => read(environment);
		expect(attempt).toThrow(ConfigError);
		expect(attempt).toThrow(name);
	});

	test('takes a short password where nobody but this machine can send it', () => {
		expect(read({ OUTLAY_ADMIN: 'admin:admin' }).administrator?.password).toBe('admin');
	});

	test('never repeats a secret', () => {
		expect(() => read({ OUTLAY_ADMIN: 'sesame-without-a-colon' })).not.toThrow('sesame');
		expect(() => read({ COUCHDB_URL: 'ftp://admin:sesame@couch' })).not.toThrow('sesame');
	});

	test('takes stores', () => {
		const stores = 'dk=embedded, no=https://a:b@couch.example/outlay-';
		expect(read({ COUCHDB_URL: 'http://a:b@couch:5984', OUTLAY_STORES: stores })).toMatchObject({
			home: { kind: 'couchdb', url: 'http://a:b@couch:5984/' },
			stores: new Map([
				['dk', { kind: 'embedded' }],
				['no', { kind: 'couchdb', url: 'https://a:b@couch.example/outlay-' }]
			])
		});
	});
});
