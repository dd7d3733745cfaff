package store

// insertMany is insertRich for many: as columns of them, in the order of their ids, which their seqs follow. Each is
// looked up by itself, however many members there are, for which LIMIT sees; what is replied to by a comparison, since
// of EXISTS PostgreSQL makes a table of all that was ever said in the room.
const insertMany = `
	INSERT INTO messages (room, id, rev, author, ref, at, content, html, reply_to, parts)
	SELECT speaker.room, p.id, p.id, speaker.id, p.ref, CAST($2 AS BIGINT), p.content, p.html, p.reply_to, p.parts
	FROM unnest(CAST($3 AS BIGINT[]), CAST($4 AS TEXT[]), CAST($5 AS TEXT[]), CAST($6 AS TEXT[]), CAST($7 AS TEXT[]), CAST($8 AS BIGINT[]), CAST($9 AS TEXT[]))
	     AS p (id, author, ref, content, html, reply_to, parts)
	CROSS JOIN LATERAL (
		SELECT mb.room, u.id FROM members mb CROSS JOIN users u WHERE mb.room = $1 AND mb.user_id = p.author
		AND u.id = mb.user_id AND u.muted <= $2 AND u.banned <= $2 AND u.role <> 'reader' LIMIT 1) speaker
	WHERE p.reply_to IS NULL OR (SELECT 1 FROM messages WHERE room = $1 AND id = p.reply_to) = 1
	ORDER BY p.id
	ON CONFLICT (author, ref) DO NOTHING`
