// What the server put into the page: who I am, the room, its last messages, the limits, the words.

export const boot = JSON.parse(document.getElementById('boot').textContent);
