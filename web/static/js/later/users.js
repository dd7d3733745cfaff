// Where the API has a person.

export const userPath = ({ ID }) => `users/${encodeURIComponent(ID)}`;
