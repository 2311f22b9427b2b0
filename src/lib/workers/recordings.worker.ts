import { expose } from 'comlink';
import { readRecording } from './read-recording.ts';

expose({ read: readRecording });
