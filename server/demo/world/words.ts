/** Invented words out of which the demo's companies and people are named. None is meant to be anybody. */

export const COMPANY_FIRST = [
  ..."Amber Birch Cedar Copper Coral Cobalt Crimson Dawn Delta Echo Ember Fern Flint Garnet Harbor".split(
    " ",
  ),
  ..."Hazel Indigo Ivory Juniper Kestrel Lantern Linden Maple Marble Meadow Mistral Nimbus Oak Opal".split(
    " ",
  ),
  ..."Orchard Pebble Pine Quartz Raven River Rowan Saffron Silver Sparrow Summit Thistle Timber Velvet".split(
    " ",
  ),
  ..."Walnut Willow Winter Zephyr".split(" "),
] as const;

export const COMPANY_SECOND = [
  ..."Bakery Bikes Books Brewing Cafes Ceramics Clothing Coffee Diner Florists Foods Furniture Gifts".split(
    " ",
  ),
  ..."Grocers Hardware Instruments Jewelry Kitchens Lighting Markets Optics Outdoor Pharmacy Press".split(
    " ",
  ),
  ..."Records Roasters Shoes Stationery Supply Tea Textiles Tools Toys Traders Wines Workshop".split(" "),
] as const;

export const INDUSTRIES = ["retail", "food", "hospitality", "services", "wholesale"] as const;

export const GIVEN = [
  ..."Ada Alba Amir Anouk Bela Bruno Carla Chidi Dana Dario Elif Emil Esra Femi Freya Goran Hana Hugo".split(
    " ",
  ),
  ..."Ines Ivo Jana Joris Kaya Kofi Lena Luca Maya Milo Nadia Nils Noor Olga Omar Pia Quinn Rami Rosa".split(
    " ",
  ),
  ..."Sana Sven Tara Theo Uma Vera Vito Wanda Xenia Yara Yuki Zoe".split(" "),
] as const;

export const FAMILY = [
  ..."Abara Almeida Bakker Berg Castel Chowdry Dahl Duarte Egger Farkas Fiori Grant Haddad Holm Ibarra".split(
    " ",
  ),
  ..."Jansen Kato Keller Kovac Lindt Lopes Marsh Mbeki Moreau Nagy Novak Okoro Olsen Petrov Quist Rao".split(
    " ",
  ),
  ..."Reyes Rossi Sato Silva Stone Tanaka Toth Ueda Vance Varga Weber Wolff Yilmaz Zeman".split(" "),
] as const;

export type Region = "na" | "eu" | "apac" | "latam" | "mea";

/** Zones with their usual distance from UTC in hours: enough for when a simulated day begins. */
export const ZONES: { readonly [region in Region]: readonly (readonly [string, number])[] } = {
  na: [
    ["America/New_York", -5],
    ["America/Chicago", -6],
    ["America/Denver", -7],
    ["America/Los_Angeles", -8],
  ],
  eu: [
    ["Europe/London", 0],
    ["Europe/Berlin", 1],
    ["Europe/Madrid", 1],
    ["Europe/Helsinki", 2],
  ],
  apac: [
    ["Asia/Kolkata", 5.5],
    ["Asia/Singapore", 8],
    ["Asia/Tokyo", 9],
    ["Australia/Sydney", 10],
    ["Pacific/Auckland", 12],
  ],
  latam: [
    ["America/Sao_Paulo", -3],
    ["America/Bogota", -5],
  ],
  mea: [
    ["Africa/Lagos", 1],
    ["Africa/Johannesburg", 2],
    ["Asia/Dubai", 4],
  ],
};
