//! What the product uses of `tokio::select!`: two branches, of which the dice say which is asked first.

/// Waits for the first of two.
#[macro_export]
macro_rules! select {
    ($one:pat = $first:expr => $then:block $other:pat = $second:expr => $or:expr $(,)?) => {{
        let done = {
            let mut first = ::std::pin::pin!($first);
            let mut second = ::std::pin::pin!($second);
            ::std::future::poll_fn(|context| $crate::sync::first_of(context, first.as_mut(), second.as_mut())).await
        };
        match done {
            $crate::sync::Either::First($one) => $then,
            $crate::sync::Either::Second($other) => $or,
        }
    }};
}
