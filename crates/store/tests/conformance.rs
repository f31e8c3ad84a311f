//! What both engines must do alike.

mod common;

on_both! {
    every_type_comes_back;
    null_binds_to_every_type;
    integers_bind_where_the_server_infers_another_type;
    text_orders_by_bytes;
    refused_values_are_refused_alike;
    a_refusal_undoes_only_itself;
    a_panic_undoes_only_itself;
    savepoints_undo_their_part;
    an_ignored_failure_is_not_committed;
    effects_and_hints_follow_commits_only;
    writers_of_one_row_take_turns;
    a_read_sees_one_snapshot;
    a_read_sees_what_was_acknowledged;
    reads_cannot_write;
    foreign_keys_hold;
    a_full_queue_refuses;
    closing_drains_and_then_refuses;
    every_text_prepares;
    diagnostics_name_the_queries;
    blocking_doors_work_beside_a_runtime;
    statistics_count;
}

mod cases {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    use callboard_kernel::{Error, codes};
    use callboard_store::{Db, Value, params};
    use parking_lot::Mutex;

    use crate::common::*;

    pub async fn every_type_comes_back(db: Db) {
        let text = "\u{10FFFF} ẞ 'quoted' :name $1 ?1 \\ \r\n\u{1}";
        let bytes: Vec<u8> = (0..=255).collect();
        for (id, n, r) in [("min", i64::MIN, f64::MIN), ("max", i64::MAX, f64::MAX), ("small", 0, f64::MIN_POSITIVE)] {
            let (b, t) = (bytes.clone(), text);
            db.write(move |tx| tx.execute_one(&INSERT, params! { tenant: "a", id, n, r, t, b })).await.unwrap();
            let row = db.read(move |tx| tx.query_one(&GET, params! { tenant: "a", id })).await.unwrap();
            let expected = vec![Value::Int(n), Value::Real(r), Value::Text(text.into()), Value::Bytes(bytes.clone())];
            assert_eq!(row.columns(), ["n", "r", "t", "b"]);
            assert_eq!(row.into_values(), expected);
        }
        db.write(|tx| {
            let (t, b) = (String::new(), Vec::<u8>::new());
            tx.execute_one(&INSERT, params! { tenant: "a", id: "empty", n: 1, r: f64::INFINITY, t, b })
        })
        .await
        .unwrap();
        let row = db.read(|tx| tx.query_one(&GET, params! { tenant: "a", id: "empty" })).await.unwrap();
        let expected =
            vec![Value::Int(1), Value::Real(f64::INFINITY), Value::Text(String::new()), Value::Bytes(Vec::new())];
        assert_eq!(row.into_values(), expected);
    }

    pub async fn null_binds_to_every_type(db: Db) {
        db.write(|tx| {
            let (n, r, t, b) = (None::<i64>, None::<f64>, None::<String>, Value::Null);
            tx.execute_one(&INSERT, params! { tenant: "a", id: "x", n, r, t, b })
        })
        .await
        .unwrap();
        let row = db.read(|tx| tx.query_one(&GET, params! { tenant: "a", id: "x" })).await.unwrap();
        assert_eq!(row.get::<Option<i64>>("n").unwrap(), None);
        assert_eq!(row.into_values(), vec![Value::Null; 4]);
        let sum = db.read(|tx| tx.query_one(&SUM, params! { tenant: "nobody" })).await.unwrap();
        assert_eq!(sum.get::<Option<i64>>("n").unwrap(), None);
        let all = db.read(|tx| tx.query(&FIND, params! { tenant: "a", n: None::<i64> })).await.unwrap();
        assert_eq!(all.len(), 1);
    }

    pub async fn integers_bind_where_the_server_infers_another_type(db: Db) {
        db.write(|tx| {
            for n in 0..5 {
                put(tx, &format!("i{n}"), n)?;
            }
            let (r, t, b) = (7, "", Vec::<u8>::new());
            tx.execute_one(&INSERT, params! { tenant: "a", id: "real", n: i64::MAX - 10, r, t, b })
        })
        .await
        .unwrap();
        let row = db.read(|tx| tx.query_one(&GET, params! { tenant: "a", id: "real" })).await.unwrap();
        assert_eq!(row.get::<f64>("r").unwrap(), 7.0);
        let page = db.read(|tx| tx.query(&LIST, params! { tenant: "a", limit: 2, offset: 1 })).await.unwrap();
        let ids: Vec<String> = page.iter().map(|r| r.get("id").unwrap()).collect();
        assert_eq!(ids, ["i1", "i2"]);
        let sum = db.read(|tx| tx.query_one(&SUM, params! { tenant: "a" })).await.unwrap();
        assert_eq!(sum.get::<i64>("n").unwrap(), i64::MAX, "a sum is an integer on both engines");
    }

    pub async fn text_orders_by_bytes(db: Db) {
        let words = ["", "B", "Z", "_", "a", "a b", "aB", "ab", "é", "z\u{301}", "\u{FFFD}", "\u{10FFFF}"];
        db.write(move |tx| {
            for (at, word) in words.iter().enumerate().rev() {
                let (n, r) = (at, 0.0);
                tx.execute_one(
                    &INSERT,
                    params! { tenant: "a", id: format!("{at:02}"), n, r, t: word, b: Value::Null },
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
        let rows = db.read(|tx| tx.query(&BY_T, params! { tenant: "a" })).await.unwrap();
        let found: Vec<&str> =
            rows.iter().map(|r| words[r.get::<String>("id").unwrap().parse::<usize>().unwrap()]).collect();
        let mut sorted = words;
        sorted.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        assert_eq!(found, sorted);
    }

    pub async fn refused_values_are_refused_alike(db: Db) {
        let nul = db.write(|tx| put(tx, "a\0b", 1)).await.unwrap_err();
        assert!(nul.is(&codes::INTERNAL), "{nul}");
        let nan = db
            .write(|tx| {
                tx.execute_one(&INSERT, params! { tenant: "a", id: "x", n: 1, r: f64::NAN, t: "", b: Value::Null })
            })
            .await
            .unwrap_err();
        assert!(nan.is(&codes::INTERNAL), "{nan}");
        let unbound = db.write(|tx| tx.execute(&SET, params! { tenant: "a" })).await.unwrap_err();
        assert!(unbound.internal_note().unwrap().contains(":n is not bound"), "{unbound}");
        let wrong = db
            .write(|tx| {
                tx.execute_one(&INSERT, params! { tenant: "a", id: "x", n: "words", r: 0.0, t: "", b: Value::Null })
            })
            .await
            .unwrap_err();
        assert!(wrong.is(&codes::INTERNAL), "{wrong}");
        assert_eq!(stored(&db).await, 0);
    }

    pub async fn a_refusal_undoes_only_itself(db: Db) {
        let writes: Vec<_> = (0..200)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    db.write(move |tx| {
                        put(tx, &format!("{n}"), n)?;
                        if n % 3 == 0 { Err(Error::not_found("thing")) } else { Ok(n) }
                    })
                    .await
                })
            })
            .collect();
        for (n, write) in writes.into_iter().enumerate() {
            match write.await.unwrap() {
                Ok(found) => assert_eq!(found as usize, n),
                Err(e) => assert!(n % 3 == 0 && e.is(&codes::NOT_FOUND), "{n}: {e}"),
            }
        }
        assert_eq!(stored(&db).await, 133);
        let duplicate = db.write(|tx| put(tx, "1", 1)).await.unwrap_err();
        assert!(duplicate.is(&codes::INTERNAL));
        assert_eq!(stored(&db).await, 133);
    }

    pub async fn a_panic_undoes_only_itself(db: Db) {
        let kept = db.clone();
        let kept = tokio::spawn(async move { kept.write(|tx| put(tx, "kept", 1)).await });
        let panicked = db
            .write(|tx| {
                put(tx, "lost", 2)?;
                tx.savepoint(|tx| {
                    put(tx, "lost too", 3)?;
                    if count(tx)? > 0 { panic!("on purpose") } else { Ok(()) }
                })?
            })
            .await
            .unwrap_err();
        assert!(panicked.is(&codes::INTERNAL) && panicked.internal_note().unwrap().contains("on purpose"));
        kept.await.unwrap().unwrap();
        assert_eq!(stored(&db).await, 1);
        let read = db.read(|tx| if count(tx)? > 0 { panic!("in a read") } else { Ok(()) }).await.unwrap_err();
        assert!(read.is(&codes::INTERNAL));
        db.write(|tx| put(tx, "later", 4)).await.unwrap();
        assert_eq!(stored(&db).await, 2);
    }

    pub async fn savepoints_undo_their_part(db: Db) {
        db.write(|tx| {
            put(tx, "1", 1)?;
            let failed = tx.savepoint(|tx| {
                put(tx, "2", 2)?;
                let inner = tx.savepoint(|tx| put(tx, "3", 3))?;
                assert!(inner.is_ok());
                Err::<(), _>(Error::not_found("thing"))
            })?;
            assert!(failed.unwrap_err().is(&codes::NOT_FOUND));
            let taken = tx.savepoint(|tx| {
                put(tx, "4", 4)?;
                put(tx, "1", 1)
            })?;
            assert!(taken.is_err(), "the key is taken");
            tx.savepoint(|tx| put(tx, "5", 5))??;
            assert_eq!(count(tx)?, 2);
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(db.read(|tx| number(tx, "5")).await.unwrap(), 5);
        assert_eq!(stored(&db).await, 2);
    }

    pub async fn an_ignored_failure_is_not_committed(db: Db) {
        db.write(|tx| put(tx, "1", 1)).await.unwrap();
        let ignored = db
            .write(|tx| {
                put(tx, "2", 2)?;
                drop(put(tx, "1", 1));
                Ok(())
            })
            .await
            .unwrap_err();
        assert!(ignored.internal_note().unwrap().contains("PUT failed and its error was ignored"), "{ignored}");
        assert_eq!(stored(&db).await, 1);
    }

    pub async fn effects_and_hints_follow_commits_only(db: Db) {
        let mut hints = db.hints();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = |what: &'static str| {
            let seen = seen.clone();
            move || seen.lock().push(what)
        };
        let (kept, undone, inner) = (note("kept"), note("undone"), note("inner"));
        let (kept2, inner2) = (kept.clone(), inner.clone());
        db.write(move |tx| {
            tx.after_commit(kept.clone());
            tx.hint("topic");
            tx.hint("topic");
            let refused = tx.savepoint(|tx| {
                tx.after_commit(inner.clone());
                tx.hint("inner");
                Err::<(), _>(Error::not_found("thing"))
            })?;
            assert!(refused.is_err());
            tx.after_commit(|| panic!("an effect that fails"));
            tx.after_commit(kept2.clone());
            tx.savepoint(|tx| {
                tx.after_commit(inner2.clone());
                tx.hint("other");
                put(tx, "1", 1)
            })?
        })
        .await
        .unwrap();
        assert_eq!(*seen.lock(), ["kept", "kept", "inner"], "effects ran before the answer, in order");
        assert_eq!(&*hints.recv().await.unwrap(), ["topic", "other"]);
        let refused = db
            .write(move |tx| {
                tx.after_commit(undone.clone());
                tx.hint("undone");
                Err::<(), _>(Error::not_found("thing"))
            })
            .await;
        assert!(refused.is_err());
        db.write(|tx| {
            tx.hint("last");
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(&*hints.recv().await.unwrap(), ["last"]);
        assert_eq!(seen.lock().len(), 3);
    }

    pub async fn writers_of_one_row_take_turns(db: Db) {
        db.write(|tx| put(tx, "row", 0)).await.unwrap();
        let writes: Vec<_> = (0..100)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    db.write(|tx| {
                        let n: i64 = tx.query_one(&LOCK, params! { tenant: "a", id: "row" })?.get("n")?;
                        tx.execute_one(&SET, params! { tenant: "a", id: "row", n: n + 1 })?;
                        Ok(n + 1)
                    })
                    .await
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for write in writes {
            numbers.push(write.await.unwrap().unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
    }

    pub async fn a_read_sees_one_snapshot(db: Db) {
        db.write(|tx| put(tx, "1", 1)).await.unwrap();
        let (reading, mut began) = tokio::sync::mpsc::channel(1);
        let (go_on, written) = mpsc::channel();
        let reader = db.clone();
        let reader = tokio::spawn(async move {
            reader
                .read(move |tx| {
                    let before = count(tx)?;
                    reading.try_send(()).unwrap();
                    written.recv().unwrap();
                    Ok((before, count(tx)?))
                })
                .await
        });
        began.recv().await.unwrap();
        db.write(|tx| put(tx, "2", 2)).await.unwrap();
        go_on.send(()).unwrap();
        assert_eq!(reader.await.unwrap().unwrap(), (1, 1));
        assert_eq!(stored(&db).await, 2);
    }

    pub async fn a_read_sees_what_was_acknowledged(db: Db) {
        for n in 1..=200 {
            db.write(move |tx| put(tx, &n.to_string(), n)).await.unwrap();
            assert_eq!(stored(&db).await, n);
        }
    }

    pub async fn reads_cannot_write(db: Db) {
        let refused = db.read(|tx| put(tx, "1", 1)).await.unwrap_err();
        assert!(refused.is(&codes::INTERNAL), "{refused}");
        assert_eq!(stored(&db).await, 0);
    }

    pub async fn foreign_keys_hold(db: Db) {
        let child = |item: &'static str| {
            let db = db.clone();
            async move { db.write(move |tx| tx.execute_one(&CHILD, params! { tenant: "a", id: "c", item })).await }
        };
        assert!(child("missing").await.is_err());
        db.write(|tx| put(tx, "there", 1)).await.unwrap();
        child("there").await.unwrap();
    }

    pub async fn a_full_queue_refuses(db: Db) {
        // Every thread that writes is held inside a closure; what comes after that waits in the queue.
        let threads = if db.engine() == callboard_store::Engine::Sqlite { 1 } else { 4 };
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let inside = Arc::new(tokio::sync::Semaphore::new(0));
        let mut waiting = Vec::new();
        for _ in 0..threads {
            let (db, held, inside) = (db.clone(), held.clone(), inside.clone());
            waiting.push(tokio::spawn(async move {
                db.write(move |_| {
                    inside.add_permits(1);
                    assert!(held.lock().recv().is_err(), "released by hanging up");
                    Ok(())
                })
                .await
            }));
        }
        drop(inside.acquire_many(threads).await.unwrap());
        let refused = Arc::new(AtomicU32::new(0));
        for _ in 0..8_192 + 10 {
            let (db, refused) = (db.clone(), refused.clone());
            waiting.push(tokio::spawn(async move {
                let done = db.write(|_| Ok(())).await;
                if let Err(e) = &done {
                    assert!(e.is(&codes::OVERLOADED) && e.retry_after().is_some(), "{e}");
                    refused.fetch_add(1, Ordering::AcqRel);
                }
                Ok(())
            }));
        }
        while refused.load(Ordering::Acquire) < 10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(db.stats().queued, 8_192);
        drop(release);
        for write in waiting {
            write.await.unwrap().unwrap();
        }
        assert_eq!(refused.load(Ordering::Acquire), 10);
        db.write(|tx| put(tx, "after", 1)).await.unwrap();
    }

    pub async fn closing_drains_and_then_refuses(db: Db) {
        let (submitted, all) = (Arc::new(tokio::sync::Semaphore::new(0)), 300_u32);
        let writes: Vec<_> = (0..all)
            .map(|n| {
                let (db, submitted) = (db.clone(), submitted.clone());
                tokio::spawn(async move {
                    let mut write = Box::pin(db.write(move |tx| put(tx, &n.to_string(), i64::from(n))));
                    let first = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx))).await;
                    submitted.add_permits(1);
                    match first {
                        std::task::Poll::Ready(done) => done,
                        std::task::Poll::Pending => write.await,
                    }
                })
            })
            .collect();
        drop(submitted.acquire_many(all).await.unwrap());
        db.close().await;
        for write in writes {
            write.await.unwrap().unwrap();
        }
        let late = db.write(|tx| put(tx, "late", -1)).await.unwrap_err();
        assert!(late.is(&codes::SHUTTING_DOWN), "{late}");
        assert!(db.read(count).await.unwrap_err().is(&codes::SHUTTING_DOWN));
    }

    pub async fn every_text_prepares(db: Db) {
        db.prepare_all(ALL).unwrap();
        db.prepare_all(callboard_store::migrations::ALL).unwrap();
        static BAD: callboard_store::Sql = callboard_store::Sql::new("BAD", "select nothing from nowhere");
        let refused = db.prepare_all(&[&COUNT, &BAD, &SUM]).unwrap_err();
        let note = refused.internal_note().unwrap();
        assert!(note.contains("BAD: ") && !note.contains("COUNT"), "{note}");
    }

    pub async fn diagnostics_name_the_queries(db: Db) {
        db.write(|tx| put(tx, "1", 1)).await.unwrap();
        let costs = db
            .read(|tx| {
                count(tx)?;
                tx.start_diagnostics();
                tx.query(&LIST, params! { tenant: "a", limit: 10, offset: 0 })?;
                Ok(tx.take_diagnostics())
            })
            .await
            .unwrap();
        assert_eq!(costs.iter().map(|c| (c.name, c.rows)).collect::<Vec<_>>(), [("LIST", 1)]);
    }

    pub async fn blocking_doors_work_beside_a_runtime(db: Db) {
        tokio::task::spawn_blocking(move || {
            db.write_blocking(|tx| put(tx, "1", 7)).unwrap();
            assert_eq!(db.read_blocking(|tx| number(tx, "1")).unwrap(), 7);
        })
        .await
        .unwrap();
    }

    pub async fn statistics_count(db: Db) {
        let before = db.stats();
        for n in 0..3 {
            db.write(move |tx| put(tx, &n.to_string(), n)).await.unwrap();
        }
        let after = db.stats();
        assert_eq!(after.writes - before.writes, 3);
        assert!(after.commits > before.commits && after.queued == 0);
        assert!(db.health().ok);
    }
}
