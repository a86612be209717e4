//! The example runs, and judges as it says.

#[path = "../examples/gradient_descent.rs"]
mod gradient_descent;

#[test]
fn the_example_holds_and_its_wrong_constant_is_violated() {
    gradient_descent::main();
}
