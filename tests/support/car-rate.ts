import type { DatedRate } from '@outlay/domain/dated-rates';

/** 3.94 DKK a kilometre in one's own car, whatever the day. */
export const CAR_RATE: DatedRate = {
	country: 'DK',
	kind: 'mileage.tax-free.own-car',
	place: null,
	validFrom: '2020-01-01',
	validTo: null,
	unit: 'km',
	amount: '3.94',
	currency: 'DKK',
	source: 'test',
	verified: false
};
