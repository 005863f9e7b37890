-- release 0.1.0, migrations up to 0007_sorted_lists, made at 2026-11-22 21:02:58.079464+00
COPY "delivery" (id, "to", style, secret, message, tries, next_at, sent_at, problem, created_at) FROM stdin;
1	http://127.0.0.1:1/hook	json	a secret of eight	{"told": {"at": "2026-11-22T21:02:53.362Z", "job": {"id": 1, "name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 10, "failed": 0, "finished": 10}, "slaves": [{"name": "busy", "runs": 4}], "seconds": 0.063, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.0016666666666666668}, "stopReason": null}, "reason": "finished"}, "event": "770-8", "ready": true, "notice": 1, "reason": "finished"}	1	2026-11-22 21:03:53.535926+00	2026-11-22 21:02:53.64201+00	\N	2026-11-22 21:02:53.453833+00
2	http://127.0.0.1:1/hook	json	\N	{"told": {"at": "2026-11-22T21:02:53.362Z", "job": {"id": 1, "name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 10, "failed": 0, "finished": 10}, "slaves": [{"name": "busy", "runs": 4}], "seconds": 0.063, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.0016666666666666668}, "stopReason": null}, "reason": "finished"}, "event": "770-8", "ready": true, "notice": 2, "reason": "finished"}	1	2026-11-22 21:03:03.642155+00	\N	127.0.0.1:1 cannot be reached: nothing listens there	2026-11-22 21:02:53.453833+00
3	http://127.0.0.1:1/hook	json	a secret of eight	{"told": {"at": "2026-11-22T21:02:53.362Z", "job": {"id": 3, "name": "to be deleted later", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 1, "failed": 0, "finished": 1}, "slaves": [{"name": "busy", "runs": 1}], "seconds": 0.063, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.005}, "stopReason": null}, "reason": "finished"}, "event": "770-10", "ready": true, "notice": 1, "reason": "finished"}	1	2026-11-22 21:03:53.670572+00	2026-11-22 21:02:53.749261+00	\N	2026-11-22 21:02:53.453833+00
4	http://127.0.0.1:1/hook	json	\N	{"told": {"at": "2026-11-22T21:02:53.362Z", "job": {"id": 3, "name": "to be deleted later", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 1, "failed": 0, "finished": 1}, "slaves": [{"name": "busy", "runs": 1}], "seconds": 0.063, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.005}, "stopReason": null}, "reason": "finished"}, "event": "770-10", "ready": true, "notice": 2, "reason": "finished"}	0	2026-11-22 21:02:53.453833+00	\N	\N	2026-11-22 21:02:53.453833+00
5	http://127.0.0.1:1/hook	json	a secret of eight	{"told": {"at": "2026-11-22T21:02:53.440Z", "job": {"id": 2, "name": "retried", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 3, "failed": 0, "finished": 3}, "slaves": [{"name": "busy", "runs": 6}], "seconds": 0.141, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.005}, "stopReason": null}, "reason": "finished"}, "event": "771-12", "ready": true, "notice": 1, "reason": "finished"}	1	2026-11-22 21:03:53.763321+00	2026-11-22 21:02:53.800837+00	\N	2026-11-22 21:02:53.586674+00
6	http://127.0.0.1:1/hook	json	\N	{"told": {"at": "2026-11-22T21:02:53.440Z", "job": {"id": 2, "name": "retried", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 3, "failed": 0, "finished": 3}, "slaves": [{"name": "busy", "runs": 6}], "seconds": 0.141, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.005}, "stopReason": null}, "reason": "finished"}, "event": "771-12", "ready": true, "notice": 2, "reason": "finished"}	0	2026-11-22 21:02:53.586674+00	\N	\N	2026-11-22 21:02:53.586674+00
7	http://127.0.0.1:1/hook	json	a secret of eight	{"told": {"at": "2026-11-22T21:02:53.891Z", "reason": "sick", "slaves": [{"name": "wrong", "problem": null}]}, "event": "803-34", "notice": 1, "reason": "sick"}	1	2026-11-22 21:03:53.936278+00	2026-11-22 21:02:53.941652+00	\N	2026-11-22 21:02:53.928875+00
8	http://127.0.0.1:1/hook	json	a secret of eight	{"told": {"at": "2026-11-22T21:02:56.359Z", "reason": "lost", "slaves": [{"name": "wrong", "problem": "cannot write (ENOSPC) in /mnt/logs"}, {"name": "far away", "problem": null}]}, "event": "853-72", "notice": 1, "reason": "lost"}	0	2026-11-22 21:03:01.363888+00	\N	\N	2026-11-22 21:02:56.363888+00
9	http://127.0.0.1:1/hook	json	a secret of eight	{"told": {"at": "2026-11-22T21:02:57.537Z", "job": {"id": 20, "name": "deleted", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 1, "failed": 0, "finished": 1}, "slaves": [{"name": "leaver", "runs": 1}], "seconds": 0.013, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.005}, "stopReason": null}, "reason": "finished"}, "event": "874-78", "ready": true, "notice": 1, "reason": "finished"}	1	2026-11-22 21:03:57.58157+00	2026-11-22 21:02:57.587204+00	\N	2026-11-22 21:02:57.579244+00
10	http://127.0.0.1:1/hook	json	\N	{"told": {"at": "2026-11-22T21:02:57.537Z", "job": {"id": 20, "name": "deleted", "owner": "ana", "state": "finished", "numbers": {"frames": {"total": 1, "failed": 0, "finished": 1}, "slaves": [{"name": "leaver", "runs": 1}], "seconds": 0.013, "slowest": {"frame": 1, "seconds": 0.005}, "moreSlaves": 0, "failedFrames": "", "secondsPerFrame": 0.005}, "stopReason": null}, "reason": "finished"}, "event": "874-78", "ready": true, "notice": 2, "reason": "finished"}	0	2026-11-22 21:02:57.579244+00	\N	\N	2026-11-22 21:02:57.579244+00
\.
COPY "dependency" (job, needs, until) FROM stdin;
9	8	finished
10	8	ended
11	8	frames
\.
COPY "event" (tx, id, at, type, job, slave, data) FROM stdin;
3	1	2026-11-22 21:02:53.216999+00	job.submitted	1	\N	{"name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "waiting"}
4	2	2026-11-22 21:02:53.227267+00	job.submitted	2	\N	{"name": "retried", "owner": "ana", "state": "waiting"}
5	3	2026-11-22 21:02:53.234373+00	job.submitted	3	\N	{"name": "to be deleted later", "owner": "ana", "state": "waiting"}
6	4	2026-11-22 21:02:53.282089+00	slave.new	\N	1	{"name": "busy", "state": "online"}
7	5	2026-11-22 21:02:53.299651+00	job.state	1	\N	{"from": "waiting", "name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "running"}
7	6	2026-11-22 21:02:53.299651+00	job.state	2	\N	{"from": "waiting", "name": "retried", "owner": "ana", "state": "running"}
7	7	2026-11-22 21:02:53.299651+00	job.state	3	\N	{"from": "waiting", "name": "to be deleted later", "owner": "ana", "state": "running"}
8	8	2026-11-22 21:02:53.362474+00	job.state	1	\N	{"from": "running", "name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "finished"}
8	9	2026-11-22 21:02:53.362474+00	job.state	2	\N	{"from": "running", "name": "retried", "owner": "ana", "state": "waiting"}
8	10	2026-11-22 21:02:53.362474+00	job.state	3	\N	{"from": "running", "name": "to be deleted later", "owner": "ana", "state": "finished"}
8	11	2026-11-22 21:02:53.362474+00	job.state	2	\N	{"from": "waiting", "name": "retried", "owner": "ana", "state": "running"}
9	12	2026-11-22 21:02:53.440638+00	job.state	2	\N	{"from": "running", "name": "retried", "owner": "ana", "state": "finished"}
10	13	2026-11-22 21:02:53.529734+00	job.state	1	\N	{"from": "finished", "name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "waiting"}
11	14	2026-11-22 21:02:53.624884+00	job.state	1	\N	{"from": "waiting", "name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "running"}
12	15	2026-11-22 21:02:53.648992+00	job.state	1	\N	{"from": "running", "name": "fine 'quoted' \\"ünïcode\\" 🎬\\\\n%", "owner": "ana", "state": "waiting"}
13	16	2026-11-22 21:02:53.753611+00	job.submitted	4	\N	{"name": "one", "owner": "ana", "state": "waiting"}
14	17	2026-11-22 21:02:53.763599+00	job.submitted	5	\N	{"name": "two", "owner": "ana", "state": "waiting"}
15	18	2026-11-22 21:02:53.79325+00	job.submitted	6	\N	{"name": "three", "owner": "ana", "state": "waiting"}
16	19	2026-11-22 21:02:53.804163+00	slave.changed	\N	1	{"name": "busy", "state": "online"}
17	20	2026-11-22 21:02:53.814281+00	job.state	4	\N	{"from": "waiting", "name": "one", "owner": "ana", "state": "running"}
17	21	2026-11-22 21:02:53.814281+00	job.state	5	\N	{"from": "waiting", "name": "two", "owner": "ana", "state": "running"}
17	22	2026-11-22 21:02:53.814281+00	job.state	6	\N	{"from": "waiting", "name": "three", "owner": "ana", "state": "running"}
18	23	2026-11-22 21:02:53.84356+00	slave.changed	\N	1	{"name": "busy", "state": "online"}
19	24	2026-11-22 21:02:53.852061+00	job.state	4	\N	{"from": "running", "name": "one", "owner": "ana", "state": "waiting"}
19	25	2026-11-22 21:02:53.852061+00	job.state	5	\N	{"from": "running", "name": "two", "owner": "ana", "state": "waiting"}
19	26	2026-11-22 21:02:53.852061+00	job.state	6	\N	{"from": "running", "name": "three", "owner": "ana", "state": "waiting"}
20	27	2026-11-22 21:02:53.865451+00	slave.new	\N	4	{"name": "wrong", "state": "online"}
21	28	2026-11-22 21:02:53.86789+00	job.state	4	\N	{"from": "waiting", "name": "one", "owner": "ana", "state": "running"}
21	29	2026-11-22 21:02:53.86789+00	job.state	5	\N	{"from": "waiting", "name": "two", "owner": "ana", "state": "running"}
21	30	2026-11-22 21:02:53.86789+00	job.state	6	\N	{"from": "waiting", "name": "three", "owner": "ana", "state": "running"}
22	31	2026-11-22 21:02:53.8917+00	job.error	4	\N	{"name": "one", "owner": "ana", "state": "running"}
22	32	2026-11-22 21:02:53.8917+00	job.error	5	\N	{"name": "two", "owner": "ana", "state": "running"}
22	33	2026-11-22 21:02:53.8917+00	job.error	6	\N	{"name": "three", "owner": "ana", "state": "running"}
22	34	2026-11-22 21:02:53.8917+00	slave.sick	\N	4	{"name": "wrong", "state": "online"}
22	35	2026-11-22 21:02:53.8917+00	job.state	4	\N	{"from": "running", "name": "one", "owner": "ana", "state": "waiting"}
22	36	2026-11-22 21:02:53.8917+00	job.state	5	\N	{"from": "running", "name": "two", "owner": "ana", "state": "waiting"}
22	37	2026-11-22 21:02:53.8917+00	job.state	6	\N	{"from": "running", "name": "three", "owner": "ana", "state": "waiting"}
23	38	2026-11-22 21:02:53.908661+00	slave.changed	\N	4	{"name": "wrong", "state": "online", "problem": "cannot write (ENOSPC) in /mnt/logs"}
24	39	2026-11-22 21:02:54.068339+00	job.progress	1	\N	{"failed": 0, "running": 0, "waiting": 1, "finished": 3}
24	40	2026-11-22 21:02:54.068339+00	job.progress	2	\N	{"failed": 0, "running": 0, "waiting": 0, "finished": 3}
24	41	2026-11-22 21:02:54.068339+00	job.progress	3	\N	{"failed": 0, "running": 0, "waiting": 0, "finished": 1}
24	42	2026-11-22 21:02:54.068339+00	job.progress	4	\N	{"failed": 1, "running": 0, "waiting": 2, "finished": 1}
24	43	2026-11-22 21:02:54.068339+00	job.progress	5	\N	{"failed": 1, "running": 0, "waiting": 2, "finished": 1}
24	44	2026-11-22 21:02:54.068339+00	job.progress	6	\N	{"failed": 1, "running": 0, "waiting": 2, "finished": 1}
25	45	2026-11-22 21:02:54.588398+00	job.submitted	7	\N	{"name": "stopped by itself", "owner": "ana", "state": "waiting"}
26	46	2026-11-22 21:02:54.593167+00	job.state	7	\N	{"from": "waiting", "name": "stopped by itself", "owner": "ana", "state": "running"}
27	47	2026-11-22 21:02:54.616988+00	job.error	7	\N	{"name": "stopped by itself", "owner": "ana", "state": "running"}
27	48	2026-11-22 21:02:54.616988+00	job.changed	7	\N	{"name": "stopped by itself", "owner": "ana", "state": "stopped", "stopReason": "2 tasks failed, as many as this job may"}
27	49	2026-11-22 21:02:54.616988+00	job.state	7	\N	{"from": "running", "name": "stopped by itself", "owner": "ana", "state": "stopped", "stopReason": "2 tasks failed, as many as this job may"}
28	50	2026-11-22 21:02:54.640645+00	job.submitted	8	\N	{"name": "first of a chain", "owner": "ana", "state": "waiting"}
29	51	2026-11-22 21:02:54.652109+00	job.submitted	9	\N	{"name": "when it is finished", "owner": "ana", "state": "waiting"}
30	52	2026-11-22 21:02:54.683268+00	job.submitted	10	\N	{"name": "when it has ended", "owner": "ana", "state": "waiting"}
31	53	2026-11-22 21:02:54.707202+00	job.submitted	11	\N	{"name": "frame by frame", "owner": "ana", "state": "waiting"}
32	54	2026-11-22 21:02:54.731958+00	job.submitted	12	\N	{"name": "for later", "owner": "ana", "state": "waiting"}
33	55	2026-11-22 21:02:54.739653+00	job.submitted	13	\N	{"name": "stopped by a person", "owner": "ana", "state": "stopped"}
34	56	2026-11-22 21:02:54.749476+00	job.submitted	14	\N	{"name": "millions", "owner": "ana", "state": "waiting"}
35	57	2026-11-22 21:02:54.756008+00	job.submitted	15	\N	{"name": "with all limits", "owner": "bob", "state": "waiting"}
36	58	2026-11-22 21:02:54.774136+00	job.submitted	16	\N	{"name": "of a kind", "owner": "ana", "state": "waiting"}
37	59	2026-11-22 21:02:54.795084+00	job.submitted	17	\N	{"name": "resting", "owner": "ana", "state": "waiting"}
38	60	2026-11-22 21:02:54.798736+00	job.submitted	18	\N	{"name": "lost", "owner": "ana", "state": "waiting"}
39	61	2026-11-22 21:02:54.802156+00	job.submitted	19	\N	{"name": "running", "owner": "ana", "state": "waiting"}
40	62	2026-11-22 21:02:54.805942+00	slave.new	\N	6	{"name": "far away", "state": "online"}
41	63	2026-11-22 21:02:54.806901+00	job.state	18	\N	{"from": "waiting", "name": "lost", "owner": "ana", "state": "running"}
42	64	2026-11-22 21:02:54.833463+00	job.state	17	\N	{"from": "waiting", "name": "resting", "owner": "ana", "state": "running"}
42	65	2026-11-22 21:02:54.833463+00	job.state	19	\N	{"from": "waiting", "name": "running", "owner": "ana", "state": "running"}
43	66	2026-11-22 21:02:54.852524+00	job.error	17	\N	{"name": "resting", "owner": "ana", "state": "running"}
43	67	2026-11-22 21:02:54.852524+00	job.state	17	\N	{"from": "running", "name": "resting", "owner": "ana", "state": "waiting"}
44	68	2026-11-22 21:02:55.074698+00	job.progress	7	\N	{"failed": 3, "running": 0, "waiting": 6, "finished": 0}
44	69	2026-11-22 21:02:55.074698+00	job.progress	17	\N	{"failed": 0, "running": 0, "waiting": 2, "finished": 0}
44	70	2026-11-22 21:02:55.074698+00	job.progress	18	\N	{"failed": 0, "running": 2, "waiting": 0, "finished": 0}
44	71	2026-11-22 21:02:55.074698+00	job.progress	19	\N	{"failed": 0, "running": 10, "waiting": 30, "finished": 0}
45	72	2026-11-22 21:02:56.359754+00	slave.state	\N	4	{"from": "online", "name": "wrong", "state": "lost", "problem": "cannot write (ENOSPC) in /mnt/logs"}
46	73	2026-11-22 21:02:57.447341+00	slave.state	\N	6	{"from": "online", "name": "far away", "state": "lost"}
47	74	2026-11-22 21:02:57.451052+00	job.state	18	\N	{"from": "running", "name": "lost", "owner": "ana", "state": "waiting"}
48	75	2026-11-22 21:02:57.514328+00	job.submitted	20	\N	{"name": "deleted", "owner": "ana", "state": "waiting"}
49	76	2026-11-22 21:02:57.524156+00	slave.new	\N	16	{"name": "leaver", "state": "online"}
50	77	2026-11-22 21:02:57.524971+00	job.state	20	\N	{"from": "waiting", "name": "deleted", "owner": "ana", "state": "running"}
51	78	2026-11-22 21:02:57.537542+00	job.state	20	\N	{"from": "running", "name": "deleted", "owner": "ana", "state": "finished"}
52	79	2026-11-22 21:02:57.972781+00	slave.state	\N	16	{"from": "online", "name": "leaver", "state": "gone"}
53	80	2026-11-22 21:02:57.993702+00	job.deleted	20	\N	{"name": "deleted", "owner": "ana", "state": "finished"}
\.
COPY "farm" (id, token, notified_up_to) FROM stdin;
1	token of a fixture	52-79
\.
COPY "job" (id, name, owner, pool, priority, command, env, folder, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting, running, finished, failed, retrying, submitted_at, started_at, ended_at, os, memory_mb, gpus, licences, max_slots, max_per_slave, not_before, blocked, kind, fields, field_variables, script, exit_codes, output, retry_delay_ms, frame_timeout_ms, silence_ms, slave_failures, blamed, max_failures, stop_reason, delete_after_ms, held, resting, needed, rendered_runs, rendered_ms, slowest_ms, slowest_task) FROM stdin;
1	fine 'quoted' "ünïcode" 🎬\\n%	ana	Default	500	["/mnt/scripts/shot.sh", "{frame}"]	{"SCENE": "/mnt/ä\\\\b\\tc\\nd"}	\N	fine_quoted_n_code_n_	[{"last": 1, "step": -1, "first": 10}]	3	reverse	4	0	strict	f	4	{[2,3)}	{}	{[0,2),[3,4)}	{}	{}	2026-11-22 21:02:53.216999+00	2026-11-22 21:02:53.299651+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	5	25	5	0
2	retried	ana	Default	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	retried	[{"last": 3, "step": 1, "first": 1}]	1	forward	4	2	drqueue	f	3	{}	{}	{[0,3)}	{}	{}	2026-11-22 21:02:53.227267+00	2026-11-22 21:02:53.299651+00	2026-11-22 21:02:53.440638+00		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	3	15	5	0
3	to be deleted later	ana	Default	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	to_be_deleted_later	[{"last": 1, "step": 1, "first": 1}]	1	forward	4	0	strict	f	1	{}	{}	{[0,1)}	{}	{}	2026-11-22 21:02:53.234373+00	2026-11-22 21:02:53.299651+00	2026-11-22 21:02:53.362474+00		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	86400000	{}	{}	f	1	5	5	0
4	one	ana	night	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	one	[{"last": 4, "step": 1, "first": 1}]	1	forward	4	0	strict	f	4	{[2,4)}	{}	{[0,1)}	{[1,2)}	{}	2026-11-22 21:02:53.753611+00	2026-11-22 21:02:53.814281+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	2	{"4": 1}	1000	\N	\N	{}	{}	f	1	5	5	0
5	two	ana	night	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	two	[{"last": 4, "step": 1, "first": 1}]	1	forward	4	0	strict	f	4	{[2,4)}	{}	{[0,1)}	{[1,2)}	{}	2026-11-22 21:02:53.763599+00	2026-11-22 21:02:53.814281+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	2	{"4": 1}	1000	\N	\N	{}	{}	f	1	5	5	0
6	three	ana	night	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	three	[{"last": 4, "step": 1, "first": 1}]	1	forward	4	0	strict	f	4	{[2,4)}	{}	{[0,1)}	{[1,2)}	{}	2026-11-22 21:02:53.79325+00	2026-11-22 21:02:53.814281+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	2	{"4": 1}	1000	\N	\N	{}	{}	f	1	5	5	0
7	stopped by itself	ana	Default	900	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	stopped_by_itself	[{"last": 9, "step": 1, "first": 1}]	1	forward	4	0	strict	t	9	{[3,9)}	{}	{}	{[0,3)}	{}	2026-11-22 21:02:54.588398+00	2026-11-22 21:02:54.593167+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{"1": 3}	2	2 tasks failed, as many as this job may	\N	{}	{}	f	0	0	0	\N
8	first of a chain	ana	nowhere	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	first_of_a_chain	[{"last": 10, "step": 1, "first": 1}]	1	forward	4	0	strict	f	10	{[0,10)}	{}	{}	{}	{}	2026-11-22 21:02:54.640645+00	\N	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	t	0	0	0	\N
9	when it is finished	ana	nowhere	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	when_it_is_finished	[{"last": 1, "step": 1, "first": 1}]	1	forward	4	0	strict	f	1	{[0,1)}	{}	{}	{}	{}	2026-11-22 21:02:54.652109+00	\N	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{[0,1)}	{}	f	0	0	0	\N
10	when it has ended	ana	nowhere	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	when_it_has_ended	[{"last": 1, "step": 1, "first": 1}]	1	forward	4	0	strict	f	1	{[0,1)}	{}	{}	{}	{}	2026-11-22 21:02:54.683268+00	\N	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{[0,1)}	{}	f	0	0	0	\N
11	frame by frame	ana	nowhere	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	frame_by_frame	[{"last": 10, "step": 1, "first": 1}]	2	forward	4	0	strict	f	5	{[0,5)}	{}	{}	{}	{}	2026-11-22 21:02:54.707202+00	\N	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{[0,5)}	{}	f	0	0	0	\N
12	for later	ana	Default	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	for_later	[{"last": 1, "step": 1, "first": 1}]	1	forward	4	0	strict	f	1	{[0,1)}	{}	{}	{}	{}	2026-11-22 21:02:54.731958+00	\N	\N		0	0	{}	\N	\N	2199-01-01 00:00:00+00	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	0	0	0	\N
13	stopped by a person	ana	Default	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	stopped_by_a_person	[{"last": 100, "step": 1, "first": 1}]	1	forward	4	0	strict	t	100	{[0,100)}	{}	{}	{}	{}	2026-11-22 21:02:54.739653+00	\N	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	0	0	0	\N
14	millions	ana	nowhere	1	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	millions	[{"last": 10000000, "step": 1, "first": 1}]	1	coarse:10	4	0	strict	f	10000000	{[0,10000000)}	{}	{}	{}	{}	2026-11-22 21:02:54.749476+00	\N	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	0	0	0	\N
15	with all limits	bob	elsewhere,nowhere	900	["/mnt/scripts/shot.sh", "{frame}"]	{}	/mnt/show	with_all_limits	[{"last": 1, "step": 1, "first": 1}]	1	forward	4	0	strict	f	1	{[0,1)}	{}	{}	{}	{}	2026-11-22 21:02:54.756008+00	\N	\N	LINUX,OSX	4000	1	{"nuke": 1}	3	1	\N	[4]	\N	\N	{}	\N	{"fatal": [3], "warning": [4]}	{"fatal": ["^Error"]}	0	60000	30000	3	{}	1000	\N	\N	{}	{}	f	0	0	0	\N
16	of a kind	ana	nowhere	500	[]	{}	\N	of_a_kind	[{"last": 4, "step": 1, "first": 1}]	1	forward	4	0	strict	f	4	{[0,4)}	{}	{}	{}	{}	2026-11-22 21:02:54.774136+00	\N	\N		0	0	{}	\N	\N	\N	[]	blender	{"scene": "/mnt/show/a b.blend"}	{"DRQUEUE_SCENE": "/mnt/show/a b.blend", "DRQUEUE_STILL": "1", "DRQUEUE_PROGRAM": "blender"}	{"sh": "#!/bin/sh\\n# Blender. The slave sets these variables, with paths as it sees them; here is what they are without it.\\n[ -n \\"${DRQUEUE_PROGRAM+set}\\" ] || DRQUEUE_PROGRAM='blender'\\n[ -n \\"${DRQUEUE_SCENE+set}\\" ] || DRQUEUE_SCENE='/mnt/show/a b.blend'\\n[ -n \\"${DRQUEUE_STILL+set}\\" ] || DRQUEUE_STILL='1'\\nexport DRQUEUE_PROGRAM DRQUEUE_SCENE DRQUEUE_STILL\\n\\n# The frames of the task as first:last:step, once for each range.\\nfor range in ${DRQUEUE_RANGES:-1:1:1}; do\\n  first=${range%%:*} rest=${range#*:}\\n  last=${rest%%:*} step=${rest#*:}\\n  if [ \\"$first\\" -lt 0 ]; then\\n    echo 'Blender renders no frames below 0' >&2\\n    exit 2\\n  fi\\n  \\"$DRQUEUE_PROGRAM\\" -b \\"$DRQUEUE_SCENE\\" -s \\"$first\\" -e \\"$last\\" -j \\"$step\\" -a || exit\\ndone\\n", "cmd": "@echo off\\r\\nsetlocal EnableExtensions EnableDelayedExpansion\\r\\nrem Blender. The slave sets the variables.\\r\\nif not defined DRQUEUE_RANGES set \\"DRQUEUE_RANGES=1:1:1\\"\\r\\nif not defined DRQUEUE_PAD set \\"DRQUEUE_PAD=4\\"\\r\\nfor %%e in (.bat .cmd) do if /i \\"!DRQUEUE_PROGRAM:~-4!\\" == \\"%%e\\" (\\r\\n  echo A batch file would end this script before its time: name the program itself. 1>&2\\r\\n  exit /b 2\\r\\n)\\r\\nfor %%v in (SCENE IMAGE FFORMAT RENDERER PASS PARTS STILL) do call :argument %%v\\r\\n\\r\\nrem The frames of the task as first:last:step, once for each range.\\r\\nfor %%r in (%DRQUEUE_RANGES%) do (\\r\\n  for /f \\"tokens=1-3 delims=:\\" %%a in (\\"%%r\\") do (\\r\\n    if %%a lss 0 (\\r\\n      echo It renders no frames below 0. 1>&2\\r\\n      exit /b 2\\r\\n    )\\r\\n    \\"!DRQUEUE_PROGRAM!\\" -b ^\\"!ARG_SCENE!^\\" -s %%a -e %%b -j %%c -a\\r\\n    if not !errorlevel! == 0 exit /b !errorlevel!\\r\\n  )\\r\\n)\\r\\nexit /b 0\\r\\n\\r\\n:argument\\r\\nset \\"ARG_%1=\\"\\r\\nif not defined DRQUEUE_%1 exit /b 0\\r\\nset \\"text=!DRQUEUE_%1!\\"\\r\\nset \\"text=!text:\\\\\\"=\\\\\\\\\\"!\\"\\r\\nset \\"text=!text:\\"=\\\\\\"!\\"\\r\\nset \\"rest=!text!\\"\\r\\n:backslash\\r\\nif \\"!rest:~-1!\\" == \\"\\\\\\" (\\r\\n  set \\"text=!text!\\\\\\"\\r\\n  set \\"rest=!rest:~0,-1!\\"\\r\\n  if defined rest goto :backslash\\r\\n)\\r\\nset \\"ARG_%1=!text!\\"\\r\\nexit /b 0\\r\\n", "path": "/tmp/drqueue-farm-rDznCo/m1/scripts/000016.of_a_kind.71fe21.sh"}	{}	{"fatal": ["^Error: (?:Cannot |Render error |engine not found|Format from )", "^Can't find scene: ", "^(?:Error: )?Out of [Mm]emory"], "warning": ["^Warning: ", "^Error: (?!Not freed memory blocks)"], "progress": ["^Fra:(?<frame>-?\\\\d+) .*\\\\| Rendered (?<done>\\\\d+)/(?<of>\\\\d+) Tiles", "^Fra:(?<frame>-?\\\\d+) .*\\\\| Sample (?<done>\\\\d+)/(?<of>\\\\d+)", "^Fra:(?<frame>-?\\\\d+) .*\\\\| Rendering +(?<done>\\\\d+) / (?<of>\\\\d+) samples", "^Fra:(?<frame>-?\\\\d+) .*\\\\| (?:Synchronizing|Initializing)"]}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	0	0	0	\N
17	resting	ana	Default	700	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	resting	[{"last": 2, "step": 1, "first": 1}]	1	forward	4	3	strict	f	2	{[0,2)}	{}	{}	{}	{[0,2)}	2026-11-22 21:02:54.795084+00	2026-11-22 21:02:54.833463+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	3600000	\N	\N	3	{"1": 2}	1000	\N	\N	{}	{[0,2)}	f	0	0	0	\N
18	lost	ana	far	500	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	lost	[{"last": 2, "step": 1, "first": 1}]	1	forward	4	3	strict	f	2	{[0,2)}	{}	{}	{}	{}	2026-11-22 21:02:54.798736+00	2026-11-22 21:02:54.806901+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	0	0	0	\N
19	running	ana	Default	600	["/mnt/scripts/shot.sh", "{frame}"]	{}	\N	running	[{"last": 40, "step": 1, "first": 1}]	1	forward	4	3	strict	f	40	{[10,40)}	{[0,10)}	{}	{}	{}	2026-11-22 21:02:54.802156+00	2026-11-22 21:02:54.833463+00	\N		0	0	{}	\N	\N	\N	[]	\N	\N	{}	\N	{}	{}	0	\N	\N	3	{}	1000	\N	\N	{}	{}	f	0	0	0	\N
\.
COPY "leftover" (slave, job, folder, deleted_at) FROM stdin;
0	20	000020.deleted	2026-11-22 21:02:57.993702+00
16	20	000020.deleted	2026-11-22 21:02:57.993702+00
\.
COPY "licence" (name, total) FROM stdin;
nuke	3
\.
COPY "notice" (id, job, owner, "on", "to", style, secret, created_at) FROM stdin;
1	\N	\N	["finished", "failed", "lost", "sick"]	http://127.0.0.1:1/hook	json	a secret of eight	2026-11-22 21:02:53.184502+00
2	\N	ana	["finished"]	http://127.0.0.1:1/hook	json	\N	2026-11-22 21:02:53.191708+00
3	15	\N	["failed"]	http://127.0.0.1:1/hook	slack	\N	2026-11-22 21:02:54.756008+00
\.
COPY "owner" (name, weight) FROM stdin;
bob	2.5
\.
COPY "run" (job, task, attempt, slave, started_at, ended_at, outcome, code, message, counts, wish, ran_ms, cpu_ms, memory_mb, progress) FROM stdin;
1	0	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	finished	0	\N	f	\N	5	\N	\N	\N
1	1	2	1	2026-11-22 21:02:53.643992+00	2026-11-22 21:02:53.648992+00	finished	0	warning: no denoiser	f	\N	5	900	512	\N
1	1	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	finished	0	\N	f	\N	5	\N	\N	\N
1	2	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	finished	0	\N	f	\N	5	\N	\N	\N
1	3	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	finished	0	\N	f	\N	5	\N	\N	\N
2	0	2	1	2026-11-22 21:02:53.435638+00	2026-11-22 21:02:53.440638+00	finished	0	\N	f	\N	5	\N	\N	\N
2	0	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	requeued	137	\N	t	\N	5	\N	\N	\N
2	1	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	requeued	137	\N	t	\N	5	\N	\N	\N
2	1	2	1	2026-11-22 21:02:53.435638+00	2026-11-22 21:02:53.440638+00	finished	0	\N	f	\N	5	\N	\N	\N
2	2	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	requeued	137	\N	t	\N	5	\N	\N	\N
2	2	2	1	2026-11-22 21:02:53.435638+00	2026-11-22 21:02:53.440638+00	finished	0	\N	f	\N	5	\N	\N	\N
3	0	1	1	2026-11-22 21:02:53.357474+00	2026-11-22 21:02:53.362474+00	finished	0	\N	f	\N	5	\N	\N	\N
4	0	1	1	2026-11-22 21:02:53.847061+00	2026-11-22 21:02:53.852061+00	finished	0	\N	f	\N	5	\N	\N	\N
4	1	1	4	2026-11-22 21:02:53.8867+00	2026-11-22 21:02:53.8917+00	failed	3	\N	t	\N	5	\N	\N	\N
5	0	1	1	2026-11-22 21:02:53.847061+00	2026-11-22 21:02:53.852061+00	finished	0	\N	f	\N	5	\N	\N	\N
5	1	1	4	2026-11-22 21:02:53.8867+00	2026-11-22 21:02:53.8917+00	failed	3	\N	t	\N	5	\N	\N	\N
6	0	1	1	2026-11-22 21:02:53.847061+00	2026-11-22 21:02:53.852061+00	finished	0	\N	f	\N	5	\N	\N	\N
6	1	1	4	2026-11-22 21:02:53.8867+00	2026-11-22 21:02:53.8917+00	failed	3	\N	t	\N	5	\N	\N	\N
7	0	1	1	2026-11-22 21:02:54.611988+00	2026-11-22 21:02:54.616988+00	failed	11	\N	t	\N	5	\N	\N	\N
7	1	1	1	2026-11-22 21:02:54.611988+00	2026-11-22 21:02:54.616988+00	failed	11	\N	t	\N	5	\N	\N	\N
7	2	1	1	2026-11-22 21:02:54.611988+00	2026-11-22 21:02:54.616988+00	failed	11	\N	t	\N	5	\N	\N	\N
17	0	1	1	2026-11-22 21:02:54.847524+00	2026-11-22 21:02:54.852524+00	failed	1	\N	t	\N	5	\N	\N	\N
17	1	1	1	2026-11-22 21:02:54.847524+00	2026-11-22 21:02:54.852524+00	failed	1	\N	t	\N	5	\N	\N	\N
18	0	1	6	2026-11-22 21:02:54.806901+00	2026-11-22 21:02:57.451052+00	lost	\N	\N	f	\N	\N	\N	\N	\N
18	1	1	6	2026-11-22 21:02:54.806901+00	2026-11-22 21:02:57.451052+00	lost	\N	\N	f	\N	\N	\N	\N	\N
19	0	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	40
19	1	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	\N
19	2	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	requeue	\N	\N	\N	\N
19	3	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	finish	\N	\N	\N	\N
19	4	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	\N
19	5	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	\N
19	6	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	\N
19	7	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	\N
19	8	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	\N
19	9	1	1	2026-11-22 21:02:54.833463+00	\N	\N	\N	\N	f	\N	\N	\N	\N	\N
\.
COPY "slave" (id, key, name, address, port, software, os, cpus, memory_mb, free_memory_mb, load, running, problem, state, seen_at, memory_left_mb, gpus, gpus_left, settings, free, foreign_slots, in_hours, suspects, sick_since, cpu, load5, load15) FROM stdin;
1	9456e5b2-296b-435b-a2a9-9e2cbb06d81d	busy	127.0.0.1	1	test	LINUX	2	1000	500	0	10	\N	online	2026-11-22 21:02:57.972781+00	100000	2	2	{"gpus": null, "drain": false, "hours": "", "paths": [], "pools": ["Default", "night"], "slots": 16, "enabled": true, "leaveMb": 0, "loadLimit": null}	0	0	t	[]	\N		0	0
4	c05f0ba6-224a-4de2-82ad-cbb0f248b187	wrong	127.0.0.1	1	test	LINUX	2	1000	500	0	0	cannot write (ENOSPC) in /mnt/logs	lost	2026-11-22 21:02:54.295516+00	100000	2	2	{"gpus": null, "drain": false, "hours": "", "paths": [], "pools": ["night"], "slots": 16, "enabled": true, "leaveMb": 0, "loadLimit": null}	0	0	t	[4, 5, 6]	2026-11-22 21:02:53.8917+00		0	0
6	ffc2fbe2-8661-4e4a-9387-637948fc6925	far away	127.0.0.1	1	test	LINUX	2	1000	500	0	0	\N	lost	2026-11-22 21:02:55.311229+00	100000	2	2	{"gpus": null, "drain": false, "hours": "", "paths": [], "pools": ["far"], "slots": 16, "enabled": true, "leaveMb": 0, "loadLimit": null}	0	0	t	[]	\N		0	0
16	92ea6326-8dae-4d7a-8de5-1f195dd68d57	leaver	127.0.0.1	1	test	LINUX	2	1000	500	0	0	\N	gone	2026-11-22 21:02:57.972781+00	100000	2	2	{"gpus": null, "drain": false, "hours": "", "paths": [], "pools": ["leaving"], "slots": 16, "enabled": true, "leaveMb": 0, "loadLimit": null}	0	0	t	[]	\N		0	0
\.
