// Reads calendars with ical.js: one as JSON text in each line that comes in, what it says in each that goes out.
// The arguments name properties that are texts, though RFC 5545 does not say so.
"use strict";

const readline = require("node:readline");
const ICAL = require("ical.js");

for (const name of process.argv.slice(2)) {
  ICAL.design.icalendar.property[name.toLowerCase()] = { defaultType: "text" };
}

function written(value) {
  if (Array.isArray(value)) return value.join(";");
  return value.toICALString ? value.toICALString() : String(value);
}

function pairs(component) {
  return component.getAllProperties().flatMap((property) => {
    const name = property.name.toUpperCase();
    const parameters = Object.entries(property.toJSON()[1]);
    return [
      ...property.getValues().map((value) => [name, written(value)]),
      ...parameters.map(([parameter, value]) => [`${name};${parameter.toUpperCase()}`, value]),
    ];
  });
}

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const parts = [calendar, ...calendar.getAllSubcomponents()];
  return { kinds: parts.map((part) => part.name.toUpperCase()), parts: parts.map(pairs) };
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    answer = read(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
