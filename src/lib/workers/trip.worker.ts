import { expose } from 'comlink';
import { measureTrip } from './measure-trip.ts';

expose({ measure: measureTrip });
