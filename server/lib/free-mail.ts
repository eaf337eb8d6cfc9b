/**
 * Domains under which anybody can have a mailbox: an address there says nothing about a company, so it never leads
 * to an account.
 */
const FREE = new Set(
  `gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.fr yahoo.de yahoo.es yahoo.it
yahoo.ca yahoo.com.br yahoo.com.au ymail.com rocketmail.com aol.com outlook.com outlook.de outlook.fr outlook.es
outlook.jp hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.es hotmail.it live.com live.co.uk live.fr
live.nl msn.com passport.com icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me gmx.de gmx.net
gmx.com gmx.at gmx.ch web.de t-online.de freenet.de arcor.de mail.de posteo.de mailbox.org tutanota.com tuta.io
tuta.com mail.com email.com usa.com zoho.com zohomail.com yandex.com yandex.ru ya.ru mail.ru bk.ru inbox.ru
list.ru rambler.ru qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com
189.cn naver.com daum.net hanmail.net kakao.com nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp orange.fr
wanadoo.fr free.fr sfr.fr laposte.net bbox.fr libero.it virgilio.it tiscali.it alice.it tin.it btinternet.com
virginmedia.com sky.com talktalk.net ntlworld.com blueyonder.co.uk comcast.net verizon.net att.net sbcglobal.net
bellsouth.net cox.net charter.net earthlink.net optonline.net juno.com shaw.ca rogers.com sympatico.ca telus.net
bigpond.com optusnet.com.au xtra.co.nz uol.com.br bol.com.br terra.com.br ig.com.br globo.com rediffmail.com
seznam.cz centrum.cz email.cz wp.pl o2.pl onet.pl interia.pl abv.bg mail.bg ukr.net i.ua telenet.be skynet.be
ziggo.nl kpnmail.nl planet.nl hetnet.nl home.nl bluewin.ch hispeed.ch chello.at aon.at telia.com online.no
fastmail.com fastmail.fm hey.com hushmail.com duck.com mozmail.com privaterelay.appleid.com mailinator.com
guerrillamail.com 10minutemail.com yopmail.com trashmail.com temp-mail.org`.split(/\s+/),
);

/** Domain of a mail address in lower case, if it can stand for a company; null for a free provider or no address. */
export function companyDomain(email: string): string | null {
  const at = email.lastIndexOf("@");
  const domain = email
    .slice(at + 1)
    .trim()
    .toLowerCase();
  if (at < 1 || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain) || FREE.has(domain)) return null;
  return domain;
}
