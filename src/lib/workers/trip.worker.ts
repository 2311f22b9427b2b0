import { expose } from 'comlink';
import { measureTrip, tripLine } from './measure-trip.ts';

expose({ measure: measureTrip, line: tripLine });
