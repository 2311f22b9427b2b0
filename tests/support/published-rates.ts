import {
	importEcbRates,
	importNationalbankRates,
	type ExchangeRate
} from '@outlay/domain/exchange-rates';

/** In the shape of the banks' files; the figures are made up. */
export const ECB_XML = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
	<Cube>
		<Cube time='2025-11-21'>
			<Cube currency='USD' rate='1.1520'/>
			<Cube currency='DKK' rate='7.4688'/>
			<Cube currency='JPY' rate='180.25'/>
		</Cube>
		<Cube time="2025-11-20">
			<Cube currency="USD" rate="1.1500"/>
			<Cube currency="DKK" rate="7.4680"/>
		</Cube>
	</Cube>
</gesmes:Envelope>`;

export const DNB_XML = `<?xml version="1.0" encoding="utf-8"?>
<exchangerates type="Valutakurser" author="Danmarks Nationalbank" refcur="DKK" refamt="1">
	<dailyrates id="2025-11-20">
		<currency code="AUD" desc="Australske dollar" rate="418.17" />
		<currency code="EUR" desc="Euro" rate="746,80" />
		<currency code="RUB" desc="Russiske rubler" rate="-" />
	</dailyrates>
</exchangerates>`;

/** The rates of a file that can be read. */
export function ratesIn(result: ReturnType<typeof importEcbRates>): ExchangeRate[] {
	if (!result.ok) throw new Error(result.refusal.code);
	return result.value;
}
export const ecb = ratesIn(importEcbRates(ECB_XML));
export const dnb = ratesIn(importNationalbankRates(DNB_XML));
