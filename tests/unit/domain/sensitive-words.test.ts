import { sensitiveTopicsIn } from '@outlay/domain/sensitive-words';
import { expect, test } from 'vitest';

test.each([
	['Taxi to the hospital after her diagnosis', ['health']],
	['Membership of the trade union', ['trade-union']],
	['Kørsel hjem, sygemeldt', ['health']],
	['Fagforeningskontingent for Ole', ['trade-union']],
	['Gave til barnedåb, dåb i familien', ['belief']],
	['Sykmelding levert', ['health']],
	['Betaling for straffeattest', ['crime']],
	['Sjukskriven sedan måndag', ['health']],
	['Sairausloma ja lääkärintodistus', ['health']],
	['Vakbondslid sinds 2020, ziekmelding', ['health', 'trade-union']],
	['STRAFBLAD opgevraagd', ['crime']],
	// Written with a separate accent.
	['Medicin och a\u030angest', ['health']]
])('%s', (text, topics) => {
	expect(sensitiveTopicsIn(text)).toEqual(topics);
});

test.each([
	'Seals for pump 4',
	'Pump service at the hospital in Odense',
	'Repairs at the mosque on Tuesday',
	'Parking at Rigshospitalet',
	'Pærer og syltetøj',
	'Politistation Kolding, ny vandhane',
	'Frokost med kunde',
	'Partiordre 4711',
	'Kirke Hvalsø to Kirke Eskilstrup',
	'Terrace heater',
	'Operation and maintenance',
	''
])('%s says nothing of anybody', (text) => {
	expect(sensitiveTopicsIn(text)).toEqual([]);
});

test('only the lists asked for are read', () => {
	expect(sensitiveTopicsIn('Sairausloma', ['da', 'en'])).toEqual([]);
	expect(sensitiveTopicsIn('Sairausloma', ['fi'])).toEqual(['health']);
});
