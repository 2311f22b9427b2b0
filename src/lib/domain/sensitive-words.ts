/**
 * Words that suggest data of GDPR Article 9 (health, origin, belief, politics, trade union, sex life, genetics and
 * biometrics) or Article 10 (criminal convictions). They are asked about, never refused: a plumber may well repair
 * something at a mosque, so places and trades are left out. A trailing `*` takes every ending.
 */
export const SENSITIVE_TOPICS = [
	'health',
	'origin',
	'belief',
	'politics',
	'trade-union',
	'sex-life',
	'biometrics',
	'crime'
] as const;
export type SensitiveTopic = (typeof SENSITIVE_TOPICS)[number];

export type GuardLanguage = 'en' | 'da' | 'nb' | 'sv' | 'fi' | 'nl';

const WORDS: Readonly<Record<GuardLanguage, Readonly<Record<SensitiveTopic, string>>>> = {
	en: {
		health:
			'diagnos* illness* disease* cancer chemotherapy diabet* asthma pregnan* miscarriage abortion disabilit* hiv depression anxiety psychiatrist* psychologist* therapist medication prescription surgery sick-note sickness epilep* dementia addiction alcoholi*',
		origin: 'ethnic* racial skin-colour skin-color refugee* asylum',
		belief:
			'religio* muslim* christianity jewish catholic* hindu* buddhis* atheis* baptism ramadan',
		politics: 'political-party political-view* party-member* politically',
		'trade-union': 'trade-union* union-member* union-dues union-fee shop-steward*',
		'sex-life': 'homosexual* bisexual* transgender sexual-orientation sex-life sexually',
		biometrics: 'fingerprint* iris-scan* face-scan* genetic* dna-test*',
		crime: 'convict* criminal-record* imprison* probation prison-sentence criminal-offence* felony'
	},
	da: {
		health:
			'diagnose* sygdom* syg sygemeld* sygemelding* kræft* kemoterapi sukkersyge diabetes astma gravid* abort handicappet hiv depression angst psykiater psykolog* medicin medicinen receptpligtig* lægeerklæring* lægebesøg epilepsi demens stofmisbrug* alkoholmisbrug* alkoholiker fødselsdepression stress-sygemeldt',
		origin: 'etnisk* hudfarve flygtning flygtninge asylansøg*',
		belief:
			'religiøs* religion muslim* kristendom* kristne jøde jødisk* katolik* hindu* buddhis* ateist* dåb konfirmation ramadan trosretning',
		politics: 'partimedlem* politisk-holdning politisk-overbevisning partikontingent',
		'trade-union': 'fagforening* fagforbund tillidsrepræsentant* tillidsmand fagligt-kontingent',
		'sex-life': 'homoseksuel* biseksuel* transkønnet seksuel* sexliv',
		biometrics: 'fingeraftryk* irisscanning ansigtsscanning dna-test* gentest*',
		crime: 'straffeattest* straffet dømt fængslet fængselsstraf* kriminel* tiltalt'
	},
	nb: {
		health:
			'diagnose* sykdom* syk sykemeld* sykmeld* kreft* cellegift sukkersyke diabetes astma gravid* abort funksjonshemm* uføretrygd* hiv depresjon angst psykiater psykolog* medisin medisinen reseptbelagt* legeerklæring* legebesøk epilepsi demens rusmisbruk alkoholiker',
		origin: 'etnisk* hudfarge flyktning flyktninger asylsøk*',
		belief:
			'religiøs* religion muslim* kristendom* kristne jøde jødisk* katolikk* hindu* buddhis* ateist* dåp konfirmasjon ramadan livssyn',
		politics: 'partimedlem* politisk-oppfatning politisk-syn partikontingent',
		'trade-union': 'fagforening* fagforbund tillitsvalgt* fagforeningskontingent',
		'sex-life': 'homofil* bifil* transkjønnet seksuell* sexliv',
		biometrics: 'fingeravtrykk* irisskanning ansiktsskanning dna-test* gentest*',
		crime: 'politiattest* straffet dømt fengslet fengselsstraff* kriminell* tiltalt'
	},
	sv: {
		health:
			'diagnos* sjukdom* sjuk sjukskriv* cancer* cytostatika sockersjuka diabetes astma gravid* abort funktionshinder funktionsnedsättning* hiv depression ångest psykiater psykolog* medicin läkarintyg* läkarbesök epilepsi demens drogmissbruk* alkoholmissbruk* alkoholist*',
		origin: 'etnisk* hudfärg flykting flyktingar asylsök*',
		belief:
			'religiös* religion muslim* kristendom* kristna judar judisk* katolik* hindu* buddhis* ateist* dop konfirmation ramadan trosuppfattning',
		politics: 'partimedlem* politisk-åsikt* partiavgift',
		'trade-union': 'fackförening* fackförbund fackavgift fackombud',
		'sex-life': 'homosexuell* bisexuell* transperson* sexuell* sexliv',
		biometrics: 'fingeravtryck* irisskanning ansiktsskanning dna-test* gentest*',
		crime: 'brottsregister* belastningsregister* dömd fängelsestraff* kriminell* åtalad'
	},
	fi: {
		health:
			'diagnoosi* sairaus* sairaude* sairas sairasloma* sairauslom* syöpä* sytostaatti* diabetes astma raskaus* raskaana abortti vammainen hiv masennus* ahdistus* psykologi* lääke lääkkeet reseptilääke* lääkärintodistus* epilepsia dementia päihde* alkoholisti*',
		origin: 'etninen etnise* ihonväri* pakolai* turvapaikanhak*',
		belief:
			'uskonto* uskonno* muslimi* kristitty* juutalai* katoli* hindu* buddhalai* ateisti* rippijuhla* ramadan vakaumus*',
		politics: 'puolueen-jäsen* puoluejäsen* poliittinen-mielipide poliittinen-vakaumus',
		'trade-union': 'ammattiliit* ammattiyhdisty* luottamusmies* liiton-jäsenmaksu',
		'sex-life': 'homoseksuaali* biseksuaali* transsukupuoli* seksuaali*',
		biometrics: 'sormenjälk* sormenjälj* kasvontunnistus* dna-testi* geenitesti*',
		crime: 'rikosrekister* tuomittu vankilatuomio* rikollinen syytetty rikoksesta'
	},
	nl: {
		health:
			'diagnose* ziekte* ziek ziekmelding* ziekteverlof kanker* chemotherapie suikerziekte diabetes astma zwanger* miskraam abortus gehandicapt* hiv depressie angststoornis psychiater psycholoog medicijn* doktersverklaring* epilepsie dementie verslaving* alcoholis*',
		origin: 'etnisch* etniciteit huidskleur vluchteling* asielzoek*',
		belief:
			'religie* religieu* moslim* christen* christelijk* joods* katholiek* hindoe* boeddhis* atheïst* doop ramadan geloofsovertuiging',
		politics: 'partijlid* politieke-voorkeur politieke-overtuiging partijcontributie',
		'trade-union': 'vakbond* vakvereniging* vakbondscontributie vakbondslid*',
		'sex-life': 'homoseksue* biseksue* transgender seksue* seksleven',
		biometrics: 'vingerafdruk* irisscan* gezichtsscan* dna-test* gentest*',
		crime: 'strafblad* veroordeeld gevangenisstraf* crimine* verdachte'
	}
};

const PATTERNS: ReadonlyMap<GuardLanguage, readonly [SensitiveTopic, RegExp][]> = new Map(
	(Object.keys(WORDS) as GuardLanguage[]).map((language) => [
		language,
		SENSITIVE_TOPICS.map((topic) => [topic, patternOf(WORDS[language][topic])])
	])
);

/**
 * Topics a text seems to touch, in the words of any of the languages; the words themselves are not given back, so that
 * they can't be written down elsewhere. `[]` for most texts.
 */
export function sensitiveTopicsIn(
	text: string,
	languages: readonly GuardLanguage[] = [...PATTERNS.keys()]
): SensitiveTopic[] {
	const found = new Set<SensitiveTopic>();
	const plain = text.normalize('NFC');
	for (const language of languages) {
		for (const [topic, pattern] of PATTERNS.get(language) ?? []) {
			if (pattern.test(plain)) found.add(topic);
		}
	}
	return SENSITIVE_TOPICS.filter((topic) => found.has(topic));
}

function patternOf(list: string): RegExp {
	const words = list
		.split(' ')
		.map((word) => word.replaceAll('-', '[ -]').replace('*', String.raw`\p{L}*`));
	return new RegExp(String.raw`(?<![\p{L}\d])(?:${words.join('|')})(?![\p{L}\d])`, 'iu');
}
